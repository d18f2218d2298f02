import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { eventually } from "../../../tests/kit/eventually.ts";
import { inspect } from "../../testing/inspect.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";
import { startOrigin } from "../../testing/origin.ts";
import { stateOf } from "../../testing/to-message.ts";
import { words } from "../ffmpeg/words.ts";

const made = "-f lavfi -i testsrc2=s=320x180:r=25:d=8 -f lavfi -i sine=440:d=8";
/** So large that its end is far from its beginning. */
const codecs =
  "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -b:v 8M -minrate 8M -maxrate 8M -bufsize 4M -nal-hrd cbr";
const clips = { first: Buffer.of(), last: Buffer.of() };
const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 1) };
const key = "videos/v/source/clip.mp4";
const fetch = { timeoutMs: 100_000, allowPrivate: ["127.0.0.0/8"] };

beforeAll(async () => {
  await using directory = await temporaryDirectory();
  const make = async (file: string, flags: string) =>
    readFile(await makeClip(join(directory.path, file), words(`${made} ${codecs} -c:a aac ${flags}`)));
  clips.first = await make("first.mp4", "-movflags +faststart");
  clips.last = await make("last.mp4", "");
});

type System = Awaited<ReturnType<typeof startWorker>>;

async function render(system: System, url: string) {
  // The file that `request` stores is not this source.
  const task = await system.request(import.meta.filename, { source: { kind: "url", url, key }, profile });
  return system.end(task);
}

const segments = async (system: System) =>
  (await system.store.keys()).filter((name) => name.endsWith(".m4s")).length;

test.each(["first", "last"] as const)(
  "the first segments are stored while most of the source is still downloading, with its index %s",
  async (kind) => {
    await using system = await startWorker({ fetch });
    await using origin = await startOrigin(clips[kind]);
    const early: number[] = [];
    origin.send = async (body, response) => {
      if (body.length < origin.bytes.length) {
        response.end(body);
        return;
      }
      response.write(body.subarray(0, body.length * 0.7));
      await eventually(async () => (await segments(system)) > 0, "a segment is stored");
      early.push(await segments(system));
      response.end(body.subarray(body.length * 0.7));
    };
    expect(await render(system, origin.url)).toMatchObject({
      type: "task.completed.v1",
      result: { source: { key, contentType: "video/mp4", sizeBytes: clips[kind].length } },
    });
    expect(early[0]).toBeGreaterThan(0);
    expect((await readFile(system.store.path(key))).equals(clips[kind])).toBe(true);
    const playlist = (await system.store.keys()).find((name) => name.endsWith("144p/index.m3u8")) ?? "";
    expect(await inspect(system.store.path(playlist))).toMatchObject({ frames: 200 });
  },
);

test("a source over the workspace's quota is rejected at its response header, and none of it is stored", async () => {
  await using system = await startWorker({ fetch });
  await using origin = await startOrigin(clips.first);
  const sent: number[] = [];
  origin.send = async (body, response) => {
    response.write(body.subarray(0, 1_000));
    response.once("close", () => sent.push(1_000));
  };
  const source = { kind: "url", url: origin.url, key, maxBytes: clips.first.length - 1 } as const;
  const task = await system.request(import.meta.filename, { source, profile });
  expect(await system.end(task)).toMatchObject({
    type: "task.failed.v1",
    outcome: "REJECTED",
    error: { code: "QUOTA_EXCEEDED", scope: "QUOTA", retriable: true },
    result: { source: null },
  });
  await eventually(() => sent.length === 1, "the connection is closed");
  expect(origin.asked).toEqual(["whole"]);
  expect(await system.store.head(key)).toBeNull();
});

test("an index at the end is awaited if the origin does not support ranges", async () => {
  await using system = await startWorker({ fetch });
  await using origin = await startOrigin(clips.last);
  origin.takesRanges = false;
  expect(await render(system, origin.url)).toMatchObject({ type: "task.completed.v1" });
  expect(origin.asked).toEqual(["whole"]);
});

test("an index at the end is awaited if the origin accepts one request at a time", async () => {
  await using system = await startWorker({ fetch });
  await using origin = await startOrigin(clips.last);
  origin.answer = (request, response) => {
    if (request.headers.range === undefined) return false;
    response.writeHead(503).end();
    return true;
  };
  expect(await render(system, origin.url)).toMatchObject({ type: "task.completed.v1" });
});

test("a download that breaks during the render resumes without losing a frame", async () => {
  await using system = await startWorker({ fetch });
  await using origin = await startOrigin(clips.first);
  origin.send = async (body, response) => {
    if (body.length < origin.bytes.length) {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, body.length / 2));
    await eventually(async () => (await segments(system)) > 0, "a segment is stored");
    response.destroy();
  };
  expect(await render(system, origin.url)).toMatchObject({ type: "task.completed.v1" });
  expect(origin.asked.filter((range) => range.endsWith("-"))).toHaveLength(1);
  expect((await readFile(system.store.path(key))).equals(clips.first)).toBe(true);
});

test("a download that breaks permanently fails the attempt, and no variant is complete", async () => {
  await using system = await startWorker({ fetch });
  await using origin = await startOrigin(clips.first);
  origin.takesRanges = false;
  origin.send = async (body, response) => {
    response.write(body.subarray(0, body.length * 0.7));
    await eventually(async () => (await segments(system)) > 0, "a segment is stored");
    response.destroy();
  };
  expect(await render(system, origin.url)).toMatchObject({
    type: "task.failed.v1",
    outcome: "FAILED",
    error: { code: "SOURCE_URL_UNREACHABLE", retriable: true },
  });
  const states = system.messaging.published.map(stateOf);
  expect(states.flatMap(({ variants }) => variants.filter(({ playlist }) => playlist?.isComplete))).toEqual(
    [],
  );
  expect(await system.store.head(key)).toBeNull();
});

test("the split of a long source is announced only after the source is stored", async () => {
  await using system = await startWorker({ fetch });
  await using origin = await startOrigin(clips.first);
  const stored: boolean[] = [];
  origin.send = async (body, response) => {
    if (body.length < origin.bytes.length) {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, body.length * 0.7));
    await eventually(async () => (await segments(system)) > 0, "a segment is stored");
    response.end(body.subarray(body.length * 0.7));
  };
  const publish = system.messaging.publish.bind(system.messaging);
  system.messaging.publish = async (message) => {
    if (stateOf(message).split) stored.push((await system.store.head(key)) !== null);
    return publish(message);
  };
  const part = { kind: "HEAD", wholeUpToMs: 1_000, headMs: 4_000 } as const;
  const source = { kind: "url", url: origin.url, key } as const;
  const task = await system.request(import.meta.filename, { source, profile, part });
  expect(await system.end(task)).toMatchObject({
    type: "task.completed.v1",
    result: { split: { headEndMs: 4_000 } },
  });
  expect(stored.length).toBeGreaterThan(0);
  expect(stored).not.toContain(false);
});

test("an identical copy stored by another attempt is accepted; a different one fails the attempt", async () => {
  await using system = await startWorker({ fetch });
  await using origin = await startOrigin(clips.first);
  let stored = clips.first;
  origin.send = async (body, response) => {
    await system.store.put(key, stored);
    response.end(body);
  };
  expect(await render(system, origin.url)).toMatchObject({ type: "task.completed.v1" });
  await system.store.delete(key);
  stored = clips.last;
  expect(await render(system, origin.url)).toMatchObject({
    type: "task.failed.v1",
    outcome: "FAILED",
    error: { code: "SOURCE_URL_CHANGED" },
  });
  expect((await readFile(system.store.path(key))).equals(clips.last)).toBe(true);
});

test("a remote store receives the source while it downloads", async () => {
  await using system = await startWorker({ fetch });
  system.store.isElsewhere = true;
  await using origin = await startOrigin(clips.first);
  expect(await render(system, origin.url)).toMatchObject({ type: "task.completed.v1" });
  expect((await readFile(system.store.path(key))).equals(clips.first)).toBe(true);
  const read = Number(
    /^reelay_worker_source_read_bytes_total (\d+)/m.exec(await system.metrics.metrics())?.[1],
  );
  // Each byte once, plus a few looks at frames that have not arrived.
  expect(read).toBeGreaterThanOrEqual(clips.first.length);
  expect(read).toBeLessThan(clips.first.length * 1.05);
});
