/** A long quiz whose scenes several workers draw. */
import { readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { objectKeys, PartSegment } from "@reelay/contracts";
import { createLocalObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { complaints } from "../../render-worker/testing/inspect.ts";
import { makeClip, testTools } from "../../render-worker/testing/kit.ts";
import { startOrigin } from "../../render-worker/testing/origin.ts";
import { runTool } from "../../render-worker/testing/run-tool.ts";
import { encodeGlobalId, keyOf } from "../../src/inputs/global-id.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { scrubNow } from "../kit/scrub.ts";
import { startWorkerProcess } from "./worker-process.ts";

const patience = { timeoutMs: 150_000 };

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

/** Scenes of some ten seconds. */
const quiz = (name: string, questions: number, changed = "") => ({
  ...{ timerSeconds: 1, speakOptions: false },
  questions: Array.from({ length: questions }, (_, index) => ({
    question: `Which is planet number ${index + 1} of the ${name}?${index === 1 ? changed : ""}`,
    options: ["Jupiter", "Saturn"],
    answerIndex: 0,
    explanation: "It is larger than all of the other planets together, and was known to people of all times.",
  })),
});

interface Picture {
  height: number;
  frameRate: number;
  background?: { url: string };
}

const small: Picture = { height: 240, frameRate: 10 };
/** Its chunks take some seconds. */
const large: Picture = { height: 360, frameRate: 30 };

const source = (data: object, picture = small) => ({
  template: { template: "quiz-classic", data, ...picture },
});

async function create(data: object, { picture = small, of: { client } = system } = {}) {
  const input = { title: "Planets", source: source(data, picture) };
  const { data: created } = await client.ask(documents.createVideo, { input });
  const { id } = created.createVideo;
  return { id, videoId: keyOf("Video", id) ?? "" };
}

const untilReady = ({ id }: { id: string }, { client } = system) =>
  eventually(
    async () => {
      const { data } = await client.ask("query ($id: ID!) { video(id: $id) { status error { message } } }", {
        id,
      });
      expect(data.video.error).toBeNull();
      return data.video.status === "READY";
    },
    "the video is READY",
    patience,
  );

/** Other workers have stopped, or do not report any more. */
const untilIdle = (workers: number) =>
  eventually(
    async () => {
      const open = await system.db.attempt.count({ where: { outcome: null } });
      const seen = await system.db.worker.count({
        where: { isStopping: false, lastSeenAt: { gt: new Date(Date.now() - 5_000) } },
      });
      return open === 0 && seen >= workers;
    },
    `${workers} workers are idle`,
    patience,
  );

const attemptsOf = (videoId: string, { db } = system) =>
  db.attempt.findMany({
    where: { task: { job: { videoId } } },
    select: { id: true, workerId: true, outcome: true, task: { select: { isRest: true, params: true } } },
    orderBy: { startedAt: "asc" },
  });

const partsOf = (videoId: string, { db } = system) =>
  db.part.findMany({
    where: { videoId, rendition: "144p", isComplete: true },
    select: { startMs: true, endMs: true, attemptId: true, drawn: true, initKey: true },
    orderBy: { startMs: "asc" },
  });

const jobOf = (videoId: string, { db } = system) =>
  db.job.findFirstOrThrow({ where: { videoId, kind: "COMPOSITION" }, orderBy: { createdAt: "desc" } });

/** Its chunks follow on one another to its end, its playlist has no error, and it has audio and captions. */
async function expectWhole(videoId: string, { db, storeDirectory } = system): Promise<void> {
  const video = await db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { captionTracks: true, audioTracks: true },
  });
  const parts = await partsOf(videoId, { db } as System);
  expect(parts[0]?.startMs).toBe(0);
  for (const [index, { endMs }] of parts.entries()) expect(endMs).toBe(parts[index + 1]?.startMs ?? null);
  expect(await complaints(playlistOf(videoId, storeDirectory))).toBe("");
  expect(video.captionTracks).toHaveLength(1);
  expect(video.audioTracks[0]?.playlist).toMatchObject({ isComplete: true });
  expect(video.storyboard).not.toBeNull();
}

/**
 * The frames of the smallest variant with their times, what decides the pixels of each chunk, and the
 * audio. One thread encodes that variant, so its bytes do not depend on the load; those of the largest do.
 */
async function contentOf(videoId: string, { db, storeDirectory } = system) {
  const { ffmpeg } = await testTools();
  const { stdout } = await runTool(ffmpeg.path, [
    ...["-v", "error", "-i", playlistOf(videoId, storeDirectory), "-map", "0:v"],
    ...["-fps_mode", "passthrough", "-f", "framehash", "-"],
  ]);
  const frames = stdout
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/,\s*/))
    .map((fields) => `${fields[2]} ${fields.at(-1)}`);
  expect(frames.length).toBeGreaterThan(200);
  const { playlist: audio } = await db.audioTrack.findFirstOrThrow({ where: { videoId } });
  const heard = await runTool(ffmpeg.path, [
    ...["-v", "error", "-i", join(storeDirectory, (audio as { key: string }).key), "-f", "hash", "-"],
  ]);
  const parts = await partsOf(videoId, { db } as System);
  const keys = parts.map(({ startMs, drawn }) => [startMs, (drawn as { sha256: string }).sha256]);
  const captions = await db.captionTrack.findMany({ where: { videoId }, select: { language: true } });
  return { frames, keys, captions, audio: heard.stdout };
}

/** The structural similarity of the least similar pair of frames of two videos. */
async function leastSimilarity(one: string, other: string): Promise<number> {
  const { ffmpeg } = await testTools();
  const { stdout } = await runTool(ffmpeg.path, [
    ...["-v", "error", "-i", one, "-i", other, "-lavfi", "[0:v][1:v]ssim=stats_file=-", "-f", "null", "-"],
  ]);
  const all = [...stdout.matchAll(/All:([\d.]+)/g)].map((match) => Number(match[1]));
  expect(all.length).toBeGreaterThan(200);
  return Math.min(...all);
}

const playlistOf = (videoId: string, storeDirectory: string, variant = "144p"): string =>
  join(storeDirectory, objectKeys.video(videoId), `variants/${variant}/index.m3u8`);

/** The same data, drawn by one worker that nothing disturbs, in a system of its own. */
async function drawAlone(data: object, picture = small) {
  const other = await startSystem({ workers: 1 });
  const { id, videoId } = await create(data, { picture, of: other });
  await untilReady({ id }, other);
  await expectWhole(videoId, other);
  expect((await jobOf(videoId, other)).plan).toBeNull();
  expect(await attemptsOf(videoId, other)).toHaveLength(1);
  return { other, videoId };
}

/** That nothing is different from what one worker draws alone. */
async function expectAsAlone(videoId: string, data: object, picture = small): Promise<void> {
  const { other, videoId: alone } = await drawAlone(data, picture);
  await using _other = other;
  expect(await contentOf(videoId)).toEqual(await contentOf(alone, other));
  const largest = `${picture.height}p`;
  const [one, two] = [
    playlistOf(videoId, system.storeDirectory, largest),
    playlistOf(alone, other.storeDirectory, largest),
  ];
  expect(await leastSimilarity(one, two)).toBeGreaterThan(0.97);
}

test("three workers draw one video together, and it is the same as if one had drawn it", async () => {
  const data = quiz("solar system", 10);
  await using _one = await system.startWorker({ workerId: "one" });
  await using _two = await system.startWorker({ workerId: "two" });
  await using _three = await system.startWorker({ workerId: "three" });
  await untilIdle(3);
  const video = await create(data);
  const progress: number[] = [];
  const seen = await system.client.watch(
    video.id,
    ({ status }: { status: string }) => status === "READY" || status === "FAILED",
    null,
    "subscription ($id: ID!) { videoProgress(id: $id) { status progress error { message } variants { fraction } } }",
  );
  for (const { variants } of seen as { variants: { fraction: number }[] }[])
    progress.push(variants[0]?.fraction ?? 0);
  expect(seen.at(-1)).toMatchObject({ status: "READY", error: null });
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  await expectWhole(video.videoId);
  const attempts = await attemptsOf(video.videoId);
  const drawing = new Set((await partsOf(video.videoId)).map(({ attemptId }) => attemptId));
  const workers = new Set(attempts.filter(({ id }) => drawing.has(id)).map(({ workerId }) => workerId));
  expect(workers.size).toBeGreaterThanOrEqual(2);
  expect(attempts.every(({ outcome }) => outcome === "COMPLETED")).toBe(true);
  const { data: told } = await system.client.ask(
    `query ($id: ID!) { video(id: $id) { chunks { startMs endMs origin }
      jobs { edges { node { kind plan { kind reason chunks } reuse { chunks drawn copied } tasks { kind startMs endMs } } } } } }`,
    { id: video.id },
  );
  const [{ node }] = told.video.jobs.edges;
  expect(node).toMatchObject({ kind: "COMPOSITION", plan: { kind: "SPLIT" }, reuse: { copied: 0 } });
  expect(node.reuse.chunks).toBe(told.video.chunks.length);

  expect(told.video.chunks.map(({ origin }: { origin: string | null }) => origin)).toEqual(
    told.video.chunks.map(() => null),
  );

  // The chunks of all workers are found again, and nothing is left to divide.
  await untilIdle(3);
  const again = await create(data);
  await untilReady(again);
  await expectWhole(again.videoId);
  const { data: reused } = await system.client.ask(
    "query ($id: ID!) { video(id: $id) { chunks { origin } mainJob { plan { kind } reuse { chunks drawn copied } } } }",
    { id: again.id },
  );
  const { length } = told.video.chunks;
  expect(reused.video.chunks).toEqual(Array.from({ length }, () => ({ origin: video.id })));
  expect(reused.video.mainJob).toMatchObject({ reuse: { chunks: length, drawn: 0, copied: length } });
  expect((await jobOf(again.videoId)).plan).toBeNull();

  await expectAsAlone(video.videoId, data);
}, 240_000);

/** The worker of an open attempt at other scenes than the first worker's. */
const untilHelped = (videoId: string): Promise<string> =>
  eventually(
    async () => {
      const open = (await attemptsOf(videoId)).filter(({ outcome }) => outcome === null);
      return (open.length > 1 && open.find(({ task }) => task.isRest)?.workerId) || false;
    },
    "another worker draws",
    { ...patience, intervalMs: 20 },
  );

test("a worker that is killed costs one chunk: others draw what it has left", async () => {
  const workers = new Map(["a", "b", "c"].map((name) => [name, startWorkerProcess(system, name)]));
  await using stack = new AsyncDisposableStack();
  for (const worker of workers.values()) stack.use(worker);
  await untilIdle(3);
  const data = quiz("killed system", 8);
  const { id, videoId } = await create(data, { picture: large });
  const victim = await untilHelped(videoId);
  await workers.get(victim)?.kill();
  const before = await partsOf(videoId);
  await system.db.attempt.updateMany({
    where: { workerId: victim, outcome: null },
    data: { leaseUntil: new Date(0) },
  });
  await untilReady({ id });
  await expectWhole(videoId);
  expect(await partsOf(videoId)).toEqual(expect.arrayContaining(before));
  const attempts = await attemptsOf(videoId);
  expect(attempts.filter(({ outcome }) => outcome === "LOST").map(({ workerId }) => workerId)).toEqual([
    victim,
  ]);
  await expectAsAlone(videoId, data, large);
}, 240_000);

test("a worker that has to stop hands on its scenes at once, and uses no try", async () => {
  const workers = new Map<string, AsyncDisposable>();
  await using stack = new AsyncDisposableStack();
  for (const workerId of ["g", "h", "i"])
    workers.set(workerId, stack.use(await system.startWorker({ workerId })));
  await untilIdle(3);
  const { id, videoId } = await create(quiz("preempted system", 8), { picture: large });
  const victim = await untilHelped(videoId);
  const before = await partsOf(videoId);
  await workers.get(victim)?.[Symbol.asyncDispose]();
  await untilReady({ id });
  await expectWhole(videoId);
  expect(await partsOf(videoId)).toEqual(expect.arrayContaining(before));
  const attempts = await attemptsOf(videoId);
  const stopped = attempts.filter(({ outcome }) => outcome !== "COMPLETED");
  expect(stopped).toMatchObject([{ workerId: victim, outcome: "INTERRUPTED" }]);
  const tasks = await system.db.task.findMany({ where: { job: { videoId } }, select: { tries: true } });
  expect(tasks.every(({ tries }) => tries === 1)).toBe(true);
}, 240_000);

test("a worker that sleeps while others draw its scenes changes nothing when it wakes up", async () => {
  const workers = new Map(["j", "k", "l"].map((name) => [name, startWorkerProcess(system, name)]));
  await using stack = new AsyncDisposableStack();
  for (const worker of workers.values()) stack.use(worker);
  const { storeDirectory: directory, api } = system;
  const store = stack.use(createLocalObjectStore({ directory, publicBaseUrl: `${api.url}/media/` }));
  await untilIdle(3);
  const { id, videoId } = await create(quiz("sleeping system", 8), { picture: large });
  const sleeper = await untilHelped(videoId);
  await workers.get(sleeper)?.pause(store);
  await system.db.attempt.updateMany({
    where: { workerId: sleeper, outcome: null },
    data: { leaseUntil: new Date(0) },
  });
  await untilReady({ id });
  await expectWhole(videoId);
  const [parts, content] = [await partsOf(videoId), await contentOf(videoId)];
  const wokenAt = new Date();
  workers.get(sleeper)?.resume();
  await eventually(
    async () =>
      (await system.db.worker.count({ where: { id: sleeper, busy: 0, lastSeenAt: { gt: wokenAt } } })) === 1,
    "it does nothing any more",
    patience,
  );
  const lost = (await attemptsOf(videoId)).filter(({ outcome }) => outcome === "LOST");
  expect(lost.map(({ workerId }) => workerId)).toEqual([sleeper]);
  expect(await partsOf(videoId)).toEqual(parts);
  expect(await contentOf(videoId)).toEqual(content);
}, 240_000);

test("a canceled job stops on all workers, its retry draws no finished chunk again, and an edition copies the others", async () => {
  await using stack = new AsyncDisposableStack();
  for (const name of ["d", "e", "f"]) stack.use(startWorkerProcess(system, name));
  await untilIdle(3);
  const { id, videoId } = await create(quiz("canceled system", 12), { picture: large });
  await untilHelped(videoId);
  const edit = async () => {
    const { data } = await system.client.ask(
      "mutation ($input: UpdateVideoSourceInput!) { updateVideoSource(input: $input) { __typename ... on Error { code } } }",
      { input: { videoId: id, source: source(quiz("canceled system", 12, " And why?"), large) } },
    );
    return data.updateVideoSource;
  };
  // Not while it is drawn.
  expect(await edit()).toMatchObject({ code: "VIDEO_NOT_READY" });
  const job = await jobOf(videoId);
  const jobId = encodeGlobalId("Job", job.id);
  await system.client.ask("mutation ($id: ID!) { cancelJob(id: $id) { __typename } }", { id: jobId });
  await eventually(
    async () => (await system.db.attempt.count({ where: { outcome: null } })) === 0,
    "all attempts have ended",
    patience,
  );
  expect(await jobOf(videoId)).toMatchObject({ status: "CANCELED" });
  const before = await partsOf(videoId);
  expect(before.length).toBeGreaterThan(0);
  await untilIdle(3);
  await system.client.ask("mutation ($id: ID!) { retryJob(id: $id) { __typename } }", { id: jobId });
  await untilReady({ id });
  await expectWhole(videoId);
  expect(await partsOf(videoId)).toEqual(expect.arrayContaining(before));

  expect(await edit()).not.toHaveProperty("code");
  await eventually(
    async () => (await system.db.video.findUniqueOrThrow({ where: { id: videoId } })).edition === 2,
    "the edition is published",
    patience,
  );
  await expectWhole(videoId);
  const copied = (await partsOf(videoId)).filter(({ initKey }) => initKey.includes("-copy-"));
  expect(copied.length).toBeGreaterThan(8);
}, 300_000);

test("several workers draw over a clip as one does, and a damaged chunk of any of them is drawn again", async () => {
  const coding = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 20 -crf 30";
  const options = `-f lavfi -i testsrc2=s=320x180:r=10:d=40,scroll=h=0.03 ${coding}`;
  const clip = await makeClip(join(system.directory, "sea.mp4"), options.split(" "));
  await using origin = await startOrigin(await readFile(clip));
  const picture = { ...small, background: { url: origin.url } };
  const data = quiz("solar system over the sea", 8);
  await using _one = await system.startWorker({ workerId: "m" });
  await using _two = await system.startWorker({ workerId: "n" });
  await untilIdle(2);
  const { id, videoId } = await create(data, { picture });
  await untilReady({ id });
  await expectWhole(videoId);
  expect((await jobOf(videoId)).plan).not.toBeNull();
  const attempts = await attemptsOf(videoId);
  const rest = new Set(attempts.filter(({ task }) => task.isRest).map((attempt) => attempt.id));
  expect(new Set(attempts.map(({ workerId }) => workerId)).size).toBe(2);

  const { other, videoId: alone } = await drawAlone(data, picture);
  await using _other = other;
  expect(await contentOf(videoId)).toEqual(await contentOf(alone, other));

  const parts = await partsOf(videoId);
  const broken = parts.findIndex(({ attemptId }) => attemptId !== null && rest.has(attemptId));
  await untilIdle(2);
  await mendChunk(videoId, broken);
  const [mended, asAlone] = [await contentOf(videoId), await contentOf(alone, other)];
  expect({ ...mended, frames: timesOf(mended) }).toEqual({ ...asAlone, frames: timesOf(asAlone) });
  // Several threads encode a variant that is made by itself: even one worker's two repairs differ, by 0.97 at
  // least. A clip that is one frame late is at 0.8 at most.
  const [one, two] = [playlistOf(videoId, system.storeDirectory), playlistOf(alone, other.storeDirectory)];
  expect(await leastSimilarity(one, two)).toBeGreaterThan(0.9);
}, 300_000);

const timesOf = ({ frames }: { frames: string[] }) => frames.map((frame) => frame.split(" ")[0]);

/** Damages one chunk of the smallest variant, and waits until it is drawn again, and nothing else. */
async function mendChunk(videoId: string, broken: number, { db, storeDirectory } = system): Promise<void> {
  const chunksOf = async (rendition: string) =>
    await db.part.findMany({ where: { videoId, rendition }, orderBy: { startMs: "asc" } });
  const [before, others] = [await chunksOf("144p"), await chunksOf("240p")];
  const [segment] = PartSegment.array().parse(before[broken]?.segments);
  await truncate(join(storeDirectory, segment?.key ?? ""), 500);
  await scrubNow({ db, storeDirectory }, videoId);
  const countDamages = async () => await db.damage.count({ where: { videoId } });
  expect(await countDamages()).toBe(1);
  await eventually(async () => (await countDamages()) === 0, "the video is mended", patience);
  const after = await chunksOf("144p");
  expect(after.map(({ segments }, index) => isDeepStrictEqual(segments, before[index]?.segments))).toEqual(
    before.map((_part, index) => index !== broken),
  );
  expect(await chunksOf("240p")).toEqual(others);
  await expectWhole(videoId, { db, storeDirectory } as System);
}
