import { expect, test } from "vitest";
import { createUploadList, planStart, type UploadPort } from "./upload-list.ts";

const file = (name: string, text = "0123456789") => new File([text], name);

/** A port whose sending ends when the test says so. */
function kit() {
  const sends: { name: string; signal: AbortSignal; done: () => void; fail: (why: string) => void }[] = [];
  const removed: string[] = [];
  const created: string[] = [];
  const port: UploadPort = {
    create: async ({ name }, key) => {
      created.push(key);
      return { videoId: `video of ${name}`, url: `http://api/${name}`, protocol: "TUS" };
    },
    send: ({ name }, { signal, onProgress }) =>
      new Promise((resolve, reject) => {
        onProgress?.(5, 10);
        signal?.addEventListener("abort", () => reject(new DOMException("paused", "AbortError")));
        sends.push({
          name,
          signal: signal ?? new AbortController().signal,
          done: resolve,
          fail: (why) => reject(new Error(why)),
        });
      }),
    remove: async (videoId) => void removed.push(videoId),
  };
  const list = createUploadList(port);
  const states = () => Object.fromEntries(list.items.get().map(({ name, state }) => [name, state]));
  return { list, sends, removed, created, states };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("three are sent at once, the next begins when one is done", async () => {
  const { list, sends, states } = kit();
  list.add(["a", "b", "c", "d"].map((name) => file(name)));
  await settled();
  expect(states()).toEqual({ a: "SENDING", b: "SENDING", c: "SENDING", d: "WAITING" });
  sends[1]?.done();
  await settled();
  expect(states()).toEqual({ a: "SENDING", b: "SENT", c: "SENDING", d: "SENDING" });
  expect(list.items.get()[0]).toMatchObject({ sentBytes: 5, videoId: "video of a" });
  expect(list.items.get()[1]).toMatchObject({ sentBytes: 10 });
});

test("a paused one makes room, and goes on into the same video", async () => {
  const { list, sends, states, created } = kit();
  list.add([file("a")]);
  await settled();
  const id = list.items.get()[0]?.id ?? 0;
  list.pause(id);
  await settled();
  expect(states()).toEqual({ a: "PAUSED" });
  expect(sends[0]?.signal.aborted).toBe(true);
  list.resume(id);
  await settled();
  expect(states()).toEqual({ a: "SENDING" });
  sends[1]?.done();
  await settled();
  expect(states()).toEqual({ a: "SENT" });
  expect(created).toHaveLength(1);
});

test("a canceled one is gone with its video", async () => {
  const { list, removed } = kit();
  list.add([file("a")]);
  await settled();
  list.cancel(1);
  await settled();
  expect([list.items.get(), removed]).toEqual([[], ["video of a"]]);
});

test("one that fails says why, and can be tried again", async () => {
  const { list, sends, states } = kit();
  list.add([file("a")]);
  await settled();
  sends[0]?.fail("the disk is full");
  await settled();
  expect(list.items.get()[0]).toMatchObject({ state: "FAILED", error: "the disk is full" });
  list.resume(1);
  await settled();
  expect(states()).toEqual({ a: "SENDING" });
});

test("the list can be cleared of what is done; what is under way stays", async () => {
  const { list, sends, states } = kit();
  list.add([file("a"), file("b")]);
  await settled();
  sends[0]?.done();
  await settled();
  list.clear();
  expect(states()).toEqual({ b: "SENDING" });
  expect(planStart(list.items.get())).toEqual([]);
});
