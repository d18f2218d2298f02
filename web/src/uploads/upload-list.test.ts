import type { UploadProgress } from "@reelay/upload";
import { expect, test } from "vitest";
import { createUploadList, planStart, type Target, type UploadPort } from "./upload-list.ts";

const file = (name: string, text = "0123456789") => new File([text], name);

const progress = (patch: Partial<UploadProgress>): UploadProgress => ({
  ...{ state: "UPLOADING", sentBytes: 5, totalBytes: 10, fraction: 0.5, bytesPerSecond: 5, etaMs: 1_000 },
  ...{ error: null, ...patch },
});

interface Send {
  name: string;
  to: Target;
  signal: AbortSignal;
  told: string[];
  tell: (progress: UploadProgress) => void;
  done: () => void;
  fail: (why: string) => void;
}

/** A port whose transfers end on command. `recalled`: uploads that an earlier page started, by file. */
function kit(recalled: Record<string, Target> = {}) {
  const sends: Send[] = [];
  const removed: string[] = [];
  const created: string[] = [];
  const port: UploadPort = {
    recall: async ({ name }, isUnderWay) => {
      const target = recalled[name];
      return target === undefined || isUnderWay(target.videoId) ? null : target;
    },
    create: async ({ name }, key) => {
      created.push(key);
      return { videoId: `video of ${name}`, url: `http://api/${name}`, protocol: "TUS" };
    },
    send: async ({ name }, to, { signal, onProgress }) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const told: string[] = [];
      signal.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
      const fail = (why: string) => reject(new Error(why));
      sends.push({ name, to, signal, told, tell: onProgress, done: resolve, fail });
      onProgress(progress({}));
      return { done: promise, pause: () => void told.push("pause"), resume: () => void told.push("resume") };
    },
    remove: async (_, videoId) => void removed.push(videoId),
  };
  const list = createUploadList(port);
  const states = () => Object.fromEntries(list.items.get().map(({ name, state }) => [name, state]));
  return { list, sends, removed, created, states };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("three files are sent concurrently, and the next starts when one completes", async () => {
  const { list, sends, states } = kit();
  list.add(["a", "b", "c", "d"].map((name) => file(name)));
  await settled();
  expect(states()).toEqual({ a: "SENDING", b: "SENDING", c: "SENDING", d: "QUEUED" });
  sends[1]?.done();
  await settled();
  expect(states()).toEqual({ a: "SENDING", b: "SENT", c: "SENDING", d: "SENDING" });
  expect(list.items.get()[0]).toMatchObject({ sentBytes: 5, etaMs: 1_000, videoId: "video of a" });
  expect(list.items.get()[1]).toMatchObject({ sentBytes: 10, etaMs: null });
});

test("a paused file frees its slot and, when resumed, continues the same upload in its turn", async () => {
  const { list, sends, states, created } = kit();
  list.add(["a", "b", "c", "d"].map((name) => file(name)));
  await settled();
  list.pause(1);
  await settled();
  expect(states()).toEqual({ a: "PAUSED", b: "SENDING", c: "SENDING", d: "SENDING" });
  sends[0]?.tell(progress({ sentBytes: 7 }));
  expect(states()["a"]).toBe("PAUSED");
  list.resume(1);
  expect(states()["a"]).toBe("QUEUED");
  expect(sends[0]?.told).toEqual(["pause"]);
  sends[1]?.done();
  await settled();
  expect(sends[0]?.told).toEqual(["pause", "resume"]);
  sends[0]?.done();
  await settled();
  expect(states()).toMatchObject({ a: "SENT", b: "SENT" });
  expect([created.length, sends.length]).toEqual([4, 4]);
});

test("a file paused before its video is created sends nothing until it is resumed", async () => {
  const { list, sends, states } = kit();
  list.add([file("a")]);
  list.pause(1);
  await settled();
  expect(sends[0]?.told).toEqual(["pause"]);
  list.resume(1);
  expect([sends[0]?.told, states()]).toEqual([["pause", "resume"], { a: "SENDING" }]);
});

test("a file that waits for the network is marked as retrying and keeps its slot", async () => {
  const { list, sends, states } = kit();
  list.add(["a", "b", "c", "d"].map((name) => file(name)));
  await settled();
  const error = Object.assign(new Error("no answer"), { code: "NETWORK_ERROR" });
  sends[0]?.tell(
    progress({ state: "WAITING", error: error as UploadProgress["error"], bytesPerSecond: null }),
  );
  expect(list.items.get()[0]).toMatchObject({ state: "RETRYING", error: "no answer", bytesPerSecond: null });
  expect(states()["d"]).toBe("QUEUED");
  sends[0]?.tell(progress({}));
  expect(list.items.get()[0]).toMatchObject({ state: "SENDING", error: null });
});

test("a file from a closed page continues into the same video; choosing it again creates a second video", async () => {
  const { list, sends, created } = kit({
    a: { videoId: "earlier", url: "http://api/earlier", protocol: "TUS" },
  });
  list.add([file("a")]);
  await settled();
  expect(list.items.get()[0]).toMatchObject({ videoId: "earlier", isResumed: true });
  expect(sends[0]?.to.url).toBe("http://api/earlier");
  expect(created).toEqual([]);
  list.add([file("a")]);
  await settled();
  expect(list.items.get()[1]).toMatchObject({ videoId: "video of a", isResumed: false });
});

test("canceling a file removes it and its video", async () => {
  const { list, removed, sends } = kit();
  list.add([file("a")]);
  await settled();
  list.cancel(1);
  await settled();
  expect([list.items.get(), removed, sends[0]?.signal.aborted]).toEqual([[], ["video of a"], true]);
});

test("a failed file states the reason and can be retried into the same video", async () => {
  const { list, sends, states, created } = kit();
  list.add([file("a")]);
  await settled();
  sends[0]?.fail("the disk is full");
  await settled();
  expect(list.items.get()[0]).toMatchObject({ state: "FAILED", error: "the disk is full" });
  list.resume(1);
  await settled();
  expect(states()).toEqual({ a: "SENDING" });
  expect([created.length, sends.length]).toEqual([1, 2]);
});

test("clearing the list removes completed files and keeps active ones", async () => {
  const { list, sends, states } = kit();
  list.add([file("a"), file("b")]);
  await settled();
  sends[0]?.done();
  await settled();
  list.clear();
  expect(states()).toEqual({ b: "SENDING" });
  expect(planStart(list.items.get())).toEqual([]);
});
