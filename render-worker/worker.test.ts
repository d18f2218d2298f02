import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Message, TaskAdvanced, TaskProgressed } from "@reelay/contracts";
import { StoreFullError } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "./media/ffmpeg/words.ts";
import { signalTree } from "./programs/process-tree.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory } from "./testing/kit.ts";
import { stateOf, toMessage, variantsOf } from "./testing/to-message.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
let clip: string;
let longClip: string;

beforeAll(async () => {
  clips = await temporaryDirectory();
  clip = await makeClip(join(clips.path, "clip.mp4"), [
    ...words("-f lavfi -i testsrc2=s=640x360:r=30:d=5 -f lavfi -i sine=440:d=5"),
    ...words("-c:v libx264 -preset ultrafast -c:a aac"),
  ]);
  // Long enough to be observed during its render, with too few key frames to be played as it is.
  longClip = await makeClip(join(clips.path, "long.mp4"), [
    ...words("-f lavfi -i testsrc2=s=1280x720:r=30:d=20 -f lavfi -i sine=440:d=20"),
    ...words("-c:v libx264 -preset ultrafast -g 1000 -c:a aac"),
  ]);
});

afterAll(async () => {
  await clips[Symbol.asyncDispose]();
});

const isUnderWay = (message: Message): message is TaskProgressed =>
  message.type === "task.progressed.v1" && variantsOf(message).some(({ frames }) => frames > 0);

const isGrowing = (message: Message): message is TaskAdvanced =>
  message.type === "task.advanced.v1" &&
  stateOf(message).variants.some(({ name, playlist }) => name === "144p" && playlist !== null);

type RunningWorker = Awaited<ReturnType<typeof startWorker>>;

/** Resolves when the worker has reported that it is idle. */
const untilIdle = async (worker: RunningWorker) => {
  const begun = worker.messaging.published.length;
  await worker.messaging.until(
    (message): message is Message =>
      message.type === "worker.seen.v1" &&
      message.attempts.length === 0 &&
      worker.messaging.published.indexOf(message) >= begun,
  );
};

test("a task becomes a complete stream in the store and reports each step", async () => {
  await using worker = await startWorker();
  const task = await worker.request(clip);
  const end = await worker.end(task);

  expect(end).toMatchObject({ type: "task.completed.v1", taskId: task.taskId });
  expect(end.result.variants.map(({ name, status }) => `${name} ${status}`)).toEqual([
    "144p READY",
    "240p READY",
    "360p READY",
    "480p SKIPPED",
    "540p SKIPPED",
    "720p SKIPPED",
    "1080p SKIPPED",
    "1440p SKIPPED",
    "2160p SKIPPED",
    "source READY",
  ]);
  expect(end.result.variants[2]?.playlist).toMatchObject({
    codecs: expect.stringMatching(/^avc1\.64[0-9A-F]{4}$/),
    // Of 1, 1, 2 and 1 s: the first segments are short.
    segments: 4,
    durationMs: 5_000,
    isComplete: true,
  });
  expect(end.result.audio?.playlist).toMatchObject({ codecs: "mp4a.40.2", isComplete: true });
  const prefix = `videos/${task.videoId}/attempts/${end.attemptId}/`;
  expect(await worker.store.keys(`${prefix}360p/`)).toEqual(
    ["00000.m4s", "00001.m4s", "00002.m4s", "00003.m4s", "index.m3u8", "init.mp4"].map(
      (file) => `${prefix}360p/${file}`,
    ),
  );
  expect(end.result.posterKey).toBe(`${prefix}poster.jpg`);
  await expect.poll(() => worker.messaging.acked).toHaveLength(1);
  const told = worker.messaging.published.filter(({ type }) => type.startsWith("task."));
  expect(told[0]?.type).toBe("task.started.v1");
  expect(told.at(-1)?.type).toBe("task.completed.v1");
  const sequences = told.flatMap((message) => ("sequence" in message ? [message.sequence] : []));
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
});

test("a segment is stored before the playlist that names it", async () => {
  await using worker = await startWorker();
  const end = await worker.end(await worker.request(clip));
  const prefix = `videos/${end.videoId}/attempts/${end.attemptId}/360p/`;
  // Under any user that ffmpeg runs as.
  expect((await stat(worker.store.path(`${prefix}00000.m4s`))).uid).toBe(process.getuid?.());
  const writes = worker.store.writes.filter(({ key }) => key.startsWith(prefix));
  const order = writes.map(({ key }) => key.slice(prefix.length));
  expect(order[0]).toBe("init.mp4");
  expect(order[1]).toBe("00000.m4s");
  expect(order[2]).toBe("index.m3u8");
  expect(order.at(-1)).toBe("index.m3u8");
  expect(writes[1]?.options).toMatchObject({ contentType: "video/mp4" });
  expect(writes[2]?.options).toMatchObject({ contentType: "application/vnd.apple.mpegurl" });
});

test("the progress of every variant increases from report to report", async () => {
  await using worker = await startWorker({ progressMs: 100 });
  await worker.end(await worker.request(clip));
  const reports = worker.messaging.ofType("task.progressed.v1");
  for (const name of ["144p", "240p", "360p"]) {
    const fractions = reports.map(
      (report) => variantsOf(report).find((variant) => variant.name === name)?.fraction ?? -1,
    );
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  }
});

test("a canceled attempt stops, reports it and leaves its output to the API", async () => {
  await using worker = await startWorker();
  const task = await worker.request(longClip);
  const { attemptId, workerId, taskId } = await worker.messaging.until(isGrowing);
  await worker.messaging.control({
    type: "task.cancel-requested.v1",
    taskId,
    attemptId,
    workerId,
    reason: "CANCELED",
    requestedAt: new Date().toISOString(),
  });
  const end = await worker.end(task);
  expect(end).toMatchObject({ type: "task.stopped.v1", outcome: "CANCELED" });
  expect(end.result.variants.find(({ name }) => name === "720p")).toMatchObject({
    status: "CANCELED",
    playlist: null,
  });
  await untilIdle(worker);
  // The master playlist names it until the API has applied the report.
  expect(await worker.store.keys(`videos/${task.videoId}/attempts/`)).not.toEqual([]);
  expect(await readdir(join(worker.config.workDirectory, "worker-1"))).toEqual(["owner.json"]);
});

test("an attempt that lost its lease stops without a report and removes its output", async () => {
  await using worker = await startWorker();
  const task = await worker.request(longClip);
  const { attemptId, workerId, taskId } = await worker.messaging.until(isUnderWay);
  await worker.messaging.control({
    type: "task.cancel-requested.v1",
    taskId,
    attemptId,
    workerId,
    reason: "LEASE_LOST",
    requestedAt: new Date().toISOString(),
  });
  await untilIdle(worker);
  expect(worker.messaging.published.map(({ type }) => type)).not.toContain("task.stopped.v1");
  expect(await worker.store.keys(`videos/${task.videoId}/attempts/`)).toEqual([]);
});

test("an attempt that lost its lease keeps only the output that the video references", async () => {
  await using worker = await startWorker();
  const task = await worker.request(longClip);
  const { attemptId, workerId, taskId } = await worker.messaging.until(isGrowing);
  await worker.messaging.control({
    type: "task.cancel-requested.v1",
    taskId,
    attemptId,
    workerId,
    reason: "LEASE_LOST",
    keep: ["144p"],
    requestedAt: new Date().toISOString(),
  });
  await untilIdle(worker);
  const prefix = `videos/${task.videoId}/attempts/${attemptId}/`;
  const left = (await worker.store.keys(prefix)).map((key) => key.slice(prefix.length).split("/")[0]);
  expect(new Set(left)).toEqual(new Set(["144p"]));
});

test("an interrupted attempt keeps its published output and names it in its last report", async () => {
  await using worker = await startWorker();
  const task = await worker.request(longClip);
  await worker.messaging.until(isGrowing);
  await worker.worker[Symbol.asyncDispose]();
  const { result: state } = await worker.end(task);
  const growing = state.variants.find(({ name }) => name === "144p");
  expect(growing).toMatchObject({ status: "PENDING", playlist: { isComplete: false } });
  expect(await worker.store.head(growing?.playlist?.key ?? "")).not.toBeNull();
});

test("a stopping worker returns its tasks as interrupted and deregisters", async () => {
  await using worker = await startWorker();
  const task = await worker.request(longClip);
  await worker.messaging.until(isUnderWay);
  await worker.worker[Symbol.asyncDispose]();
  expect(await worker.end(task)).toMatchObject({ type: "task.stopped.v1", outcome: "INTERRUPTED" });
  expect(worker.messaging.published.at(-1)).toMatchObject({
    type: "worker.seen.v1",
    isStopping: true,
    attempts: [],
  });
  expect(worker.messaging.consumers).toBe(0);
  expect(await readdir(worker.config.workDirectory)).toEqual([]);
});

test("output that earlier attempts finished is not rendered again", async () => {
  await using worker = await startWorker();
  const first = await worker.end(await worker.request(clip));
  const written = worker.store.writes.length;
  const { variants, audio } = first.result;

  const second = await worker.end(await worker.request(clip, { keep: { variants, audio } }));
  expect(second).toMatchObject({ type: "task.completed.v1", result: { variants, audio } });
  expect(worker.store.writes).toHaveLength(written);

  const without = variants.filter(({ name }) => name !== "240p");
  const third = await worker.end(await worker.request(clip, { keep: { variants: without, audio } }));
  const made = worker.store.writes.slice(written).map(({ key }) => key.split("/")[4]);
  expect(new Set(made)).toEqual(new Set(["240p", "poster.jpg", "manifest.json"]));
  expect(third.result.variants.map(({ status }) => status)).toEqual(variants.map(({ status }) => status));
});

test("a full store fails the attempt as retriable, and a transient store error does not", async () => {
  await using worker = await startWorker();
  worker.store.beforeWrite = (key) => {
    if (key.endsWith("360p/00001.m4s")) throw new StoreFullError(key);
  };
  const failed = await worker.end(await worker.request(clip));
  expect(failed).toMatchObject({
    type: "task.failed.v1",
    outcome: "FAILED",
    error: { code: "STORE_FULL", scope: "STORAGE" },
  });

  let hiccups = 2;
  worker.store.beforeWrite = (key) => {
    if (!key.endsWith("360p/00001.m4s") || hiccups === 0) return;
    hiccups -= 1;
    throw new Error("503");
  };
  expect(await worker.end(await worker.request(clip))).toMatchObject({ type: "task.completed.v1" });
});

test("a render continues while the broker is unavailable and is reported when the broker is back", async () => {
  await using worker = await startWorker();
  const task = await worker.request(clip);
  await worker.messaging.until(isUnderWay);
  worker.messaging.isAway = true;
  const manifest = Promise.withResolvers<void>();
  worker.store.beforeWrite = (key) => {
    if (key.endsWith("manifest.json")) manifest.resolve();
  };
  await manifest.promise;
  worker.messaging.isAway = false;
  expect(await worker.end(task)).toMatchObject({ type: "task.completed.v1" });
});

test("a redelivered task is rendered once", async () => {
  await using worker = await startWorker({ slots: 2 });
  const task = await worker.request(clip);
  worker.messaging.enqueue(toMessage(task));
  await worker.end(task);
  expect(worker.messaging.ofType("task.started.v1")).toHaveLength(1);
  await expect.poll(() => worker.messaging.acked).toHaveLength(2);
});

test("a task whose start cannot be reported is returned", async () => {
  await using worker = await startWorker();
  worker.messaging.isAway = true;
  await worker.request(clip);
  const nacked = await worker.messaging.untilNacked();
  expect(nacked.type).toBe("task.requested.v1");
  expect(worker.messaging.acked).toEqual([]);
});

test("a source stored meanwhile by another attempt is rendered instead of the downloaded one, and stays", async () => {
  await using worker = await startWorker({ fetch: { timeoutMs: 100_000, allowPrivate: ["127.0.0.0/8"] } });
  const key = "videos/overtaken/source/clip.mp4";
  const server = createServer((_request, response) => {
    // During its download, the other one has stored it.
    void worker.store.put(key, { path: longClip }).then(() => createReadStream(clip).pipe(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`;
  const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 1) };
  const end = await worker.end(await worker.request(clip, { source: { kind: "url", url, key }, profile }));
  expect(end).toMatchObject({
    type: "task.completed.v1",
    result: { source: { key, probe: { durationMs: expect.closeTo(20_000, -2) } } },
  });
  expect(worker.store.writes.filter((write) => write.key === key)).toHaveLength(1);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("a source at a URL is fetched, stored and rendered; a missing one is rejected", async () => {
  await using worker = await startWorker({ fetch: { timeoutMs: 100_000, allowPrivate: ["127.0.0.0/8"] } });
  const server = createServer((request, response) => {
    if (request.url !== "/clip.mp4") response.writeHead(404).end();
    else createReadStream(clip).pipe(response.setHeader("content-type", "video/mp4"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = (name: string) => `videos/${name}/source/clip.mp4`;

  const end = await worker.end(
    await worker.request(clip, { source: { kind: "url", url: `${url}/clip.mp4`, key: key("a") } }),
  );
  expect(end).toMatchObject({
    type: "task.completed.v1",
    result: {
      source: { key: key("a"), contentType: "video/mp4", probe: { durationMs: expect.closeTo(5_000, -2) } },
    },
  });
  expect(await worker.store.head(key("a"))).toMatchObject({ sizeBytes: end.result.source?.sizeBytes });

  const missing = { kind: "url", url: `${url}/nothing`, key: key("b") } as const;
  expect(await worker.end(await worker.request(clip, { source: missing }))).toMatchObject({
    type: "task.failed.v1",
    outcome: "REJECTED",
    error: { code: "SOURCE_URL_NOT_FOUND" },
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("within its grace period a stopping worker finishes running tasks and accepts no new ones", async () => {
  await using worker = await startWorker({ shutdownGraceMs: 60_000 });
  const task = await worker.request(clip);
  await worker.messaging.until(isUnderWay);
  const stopped = worker.worker[Symbol.asyncDispose]();
  const late = await worker.request(clip);
  expect(await worker.end(task)).toMatchObject({ type: "task.completed.v1" });
  await stopped;
  const started = worker.messaging.ofType("task.started.v1").map(({ taskId }) => taskId);
  expect(started).not.toContain(late.taskId);
});

test("a task unfinished at the end of the grace period is returned", async () => {
  await using worker = await startWorker({ shutdownGraceMs: 50 });
  const task = await worker.request(longClip);
  await worker.messaging.until(isUnderWay);
  await worker.worker[Symbol.asyncDispose]();
  expect(await worker.end(task)).toMatchObject({ type: "task.stopped.v1", outcome: "INTERRUPTED" });
});

test("an unresponsive broker does not prevent a worker from stopping", async () => {
  await using worker = await startWorker();
  await worker.request(longClip);
  await worker.messaging.until(isUnderWay);
  worker.messaging.isSilent = true;
  await worker.worker[Symbol.asyncDispose]();
  expect(await readdir(worker.config.workDirectory)).toEqual([]);
});

test("an ffmpeg killed from outside fails its attempt, and no variant is complete", async () => {
  await using worker = await startWorker();
  // On this signal, ffmpeg first encodes what it has read: small variants take less time.
  const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 2) };
  const task = await worker.request(longClip, { profile });
  const { attemptId } = await worker.messaging.until(isUnderWay);
  const noted = join(worker.config.workDirectory, "worker-1", attemptId, "ffmpeg.json");
  const { pid } = JSON.parse(await readFile(noted, "utf8")) as { pid: number };
  signalTree(pid, "SIGINT");
  const end = await worker.end(task);
  expect(end).toMatchObject({ type: "task.failed.v1", outcome: "FAILED", error: { retriable: true } });
  const states = worker.messaging.published.map(stateOf);
  const finished = states.flatMap(({ variants }) => variants.filter(({ playlist }) => playlist?.isComplete));
  expect(finished.map(({ name }) => name)).toEqual([]);
});
