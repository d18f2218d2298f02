import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cancelJob } from "../../../jobs/index.ts";
import { createProjection, type TaskRef } from "../../../testing/projection.ts";
import { splitAttemptOf, withParams } from "../../../testing/split-attempt.ts";
import { retryJob, retryVariant } from "../../index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.clear());

const tasksOf = async ({ jobId }: { jobId: string }) => {
  const tasks = await system.db.task.findMany({
    where: { jobId },
    orderBy: [{ dueAt: "asc" }, { kind: "desc" }],
  });
  return tasks.map(withParams);
};
const refOf = (ref: TaskRef, task: { id: string; jobId: string } | undefined): TaskRef => {
  if (!task) throw new Error("There is no such task.");
  return { ...ref, jobId: task.jobId, taskId: task.id };
};
const playlistOf = (ref: TaskRef, name: string) =>
  system.stored(objectKeys.joinedPlaylist(ref.videoId, name));
const segmentsIn = (text: string | null) => text?.match(/#EXTINF/g)?.length ?? 0;
const statusesOf = async ({ videoId, jobId }: TaskRef) => {
  const { status, variants } = await system.db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: { orderBy: { position: "asc" } } },
  });
  const job = await system.db.job.findUniqueOrThrow({ where: { id: jobId } });
  return { video: status, variants: variants.map((variant) => variant.status), job: job.status };
};

/** A job whose head is made. Its rest: eight chunks of 8 s for two workers, and the audio. */
async function splitVideo({ workers = 2 } = {}) {
  const ref = await system.createQueuedVideo();
  for (let index = 0; index < workers; index += 1) await system.apply(splitAttemptOf(ref, `w${index}`).seen);
  const head = splitAttemptOf(ref, "w0");
  await system.apply(head.started);
  await system.apply(head.advanced(1, head.head([])));
  await system.apply(head.completed(2, head.wholeHead()));
  const [, ...rest] = await tasksOf(ref);
  const audio = rest.find(({ kind }) => kind === "AUDIO");
  const chunks = rest.filter(({ kind }) => kind === "CHUNK").toSorted((a, b) => a.startMs - b.startMs);
  return {
    ref,
    head,
    audio: refOf(ref, audio),
    chunks: chunks.map((task) => ({ task, ref: refOf(ref, task) })),
  };
}

const finish = async (
  { task, ref }: Awaited<ReturnType<typeof splitVideo>>["chunks"][number],
  worker = "w1",
) => {
  const attempt = splitAttemptOf(ref, worker);
  const durations = Array.from({ length: ((task.endMs ?? 72_000) - task.startMs) / 4_000 }, () => 4_000);
  const parts = task.renditions.map((name) => attempt.part(name, task.startMs, task.endMs, durations));
  await system.apply(attempt.started);
  await system.apply(attempt.completed(1, attempt.rest(...parts)));
  return attempt;
};

const finishAudio = async (ref: TaskRef) => {
  const attempt = splitAttemptOf(ref, "w1");
  await system.apply(attempt.started);
  await system.apply(
    attempt.completed(
      1,
      attempt.rest(
        attempt.part(
          "audio",
          8_000,
          null,
          Array.from({ length: 16 }, () => 4_000),
        ),
      ),
    ),
  );
};

test("a long video's head plays immediately, its rest becomes tasks, and it is READY when all are done", async () => {
  const ref = await system.createQueuedVideo();
  await system.apply(splitAttemptOf(ref, "w1").seen);
  const head = splitAttemptOf(ref, "w0");
  await system.apply(head.seen);
  await system.apply(head.started);
  await system.apply(
    head.advanced(
      1,
      head.head([head.part("144p", 0, 8_000, [1_000], false), head.part("audio", 0, 8_000, [1_000], false)]),
    ),
  );
  expect(await statusesOf(ref)).toEqual({
    video: "PLAYABLE",
    variants: ["RENDERING", "RENDERING"],
    job: "RUNNING",
  });
  const master = await system.stored(objectKeys.master(ref.videoId));
  expect(master).toContain("../variants/144p/index.m3u8");
  expect(master).not.toContain("360p");
  const { plan } = await system.db.job.findUniqueOrThrow({ where: { id: ref.jobId } });
  expect(plan).toMatchObject({ headEndMs: 8_000, chunkMs: 8_000, chunks: 8, slots: 2 });

  await system.apply(head.completed(2, head.wholeHead()));
  expect(await statusesOf(ref)).toMatchObject({ video: "PLAYABLE", job: "RUNNING" });
  expect(segmentsIn(await playlistOf(ref, "360p"))).toBe(4);
  const rest = (await tasksOf(ref)).filter(({ isRest }) => isRest);
  expect(rest.map(({ kind, startMs, endMs }) => [kind, startMs, endMs])).toEqual([
    ["CHUNK", 8_000, 16_000],
    ["AUDIO", 8_000, null],
    ["CHUNK", 16_000, 24_000],
    ["CHUNK", 24_000, 32_000],
    ["CHUNK", 32_000, 40_000],
    ["CHUNK", 40_000, 48_000],
    ["CHUNK", 48_000, 56_000],
    ["CHUNK", 56_000, 64_000],
    ["CHUNK", 64_000, null],
  ]);
  const chunks = rest.filter(({ kind }) => kind === "CHUNK").map((task) => ({ task, ref: refOf(ref, task) }));
  for (const chunk of chunks.slice(1).toReversed()) await finish(chunk);
  // Later parts wait for the parts before them.
  expect(segmentsIn(await playlistOf(ref, "360p"))).toBe(4);
  for (const chunk of chunks.slice(0, 1)) await finish(chunk);
  expect(segmentsIn(await playlistOf(ref, "360p"))).toBe(20);
  expect(await statusesOf(ref)).toEqual({ video: "PLAYABLE", variants: ["READY", "READY"], job: "RUNNING" });
  await finishAudio(
    refOf(
      ref,
      rest.find(({ kind }) => kind === "AUDIO"),
    ),
  );
  expect(await statusesOf(ref)).toEqual({ video: "READY", variants: ["READY", "READY"], job: "SUCCEEDED" });
  const events = await system.db.event.findMany({ where: { videoId: ref.videoId }, orderBy: { id: "asc" } });
  const types = events.map(({ type }) => type).filter((type) => !type.startsWith("attempt."));
  expect(types.filter((type) => type !== "variant.ready" && type !== "variant.rendering")).toEqual([
    "video.created",
    "job.queued",
    "job.started",
    "video.source-received",
    "video.probed",
    "job.split",
    "video.playable",
    "job.succeeded",
    "video.ready",
  ]);
});

test("a chunk's message states its span and variants, as planned by the head's worker", async () => {
  const { ref, chunks } = await splitVideo();
  const [message] = await system.takeMessages(chunks[1]?.ref ?? ref);
  expect(message).toMatchObject({
    part: { kind: "CHUNK", startMs: 16_000, endMs: 24_000 },
    source: { kind: "object" },
    ladder: [
      { name: "144p", status: "PENDING", height: 144, bitrateBps: 7e5, playlist: null },
      { name: "360p", status: "PENDING", height: 360, encoder: "h264_nvenc" },
    ],
  });
  // The head's worker did not report an encoder for the other variant.
  expect(message?.type === "task.requested.v1" && message.ladder?.[0]).not.toHaveProperty("encoder");
});

test("a chunk's output counts when it ends, even without any progress report", async () => {
  const { ref, chunks } = await splitVideo();
  const [first] = chunks;
  if (first === undefined) throw new Error("The video was cut into chunks.");
  await finish(first);
  const variants = await system.db.variant.findMany({ where: { videoId: ref.videoId } });
  expect(variants.map(({ fraction }) => fraction)).toEqual(
    [16 / 72, 16 / 72].map((share) => expect.closeTo(share, 4)),
  );
});

test("source damage is recorded as an event, and a job fails if more than half of the video is lost", async () => {
  const { ref, chunks } = await splitVideo();
  const lose = async ({ task, ref: chunk }: (typeof chunks)[number]) => {
    const attempt = splitAttemptOf(chunk, "w1");
    const { startMs } = task;
    const parts = task.renditions.map((name) => attempt.part(name, startMs, task.endMs, []));
    const damage = { startMs, endMs: startMs + 8_000, lostMs: 8_000 };
    await system.apply(attempt.started);
    await system.apply(attempt.completed(1, { ...attempt.rest(...parts), damage }));
  };
  for (const chunk of chunks.slice(2, 6)) await lose(chunk);
  expect(await statusesOf(ref)).toMatchObject({ video: "PLAYABLE", job: "RUNNING" });
  const where = { videoId: ref.videoId, type: "video.source-damaged" };
  expect((await system.db.event.findFirst({ where, orderBy: { id: "asc" } }))?.data).toEqual({
    ...{ startMs: 24_000, endMs: 32_000, lostMs: 8_000 },
  });
  for (const chunk of chunks.slice(1, 2)) await lose(chunk);
  expect(await statusesOf(ref)).toMatchObject({
    video: "FAILED",
    variants: ["FAILED", "FAILED"],
    job: "FAILED",
  });
  expect(await system.db.job.findUnique({ where: { id: ref.jobId } })).toMatchObject({
    error: { code: "SOURCE_CORRUPT", retriable: false },
  });
});

test("a lost chunk is rendered again alone, and its published segments stay until they are replaced", async () => {
  const { ref, chunks, audio } = await splitVideo();
  const [first, ...others] = chunks;
  if (!first) throw new Error("There are chunks.");
  const lost = splitAttemptOf(first.ref, "w2");
  await system.apply(lost.started);
  await system.apply(
    lost.advanced(
      1,
      lost.rest(...first.task.renditions.map((name) => lost.part(name, 8_000, 16_000, [4_000], false))),
    ),
  );
  expect(segmentsIn(await playlistOf(ref, "144p"))).toBe(5);
  system.passTime(60_000);
  await system.sweep();
  expect(await statusesOf(ref)).toEqual({
    video: "PLAYABLE",
    variants: ["RENDERING", "RENDERING"],
    job: "RUNNING",
  });
  expect(segmentsIn(await playlistOf(ref, "144p"))).toBe(5);
  for (const chunk of [first, ...others]) await finish(chunk);
  await finishAudio(audio);
  expect(await statusesOf(ref)).toMatchObject({ video: "READY", job: "SUCCEEDED" });
  const text = await playlistOf(ref, "144p");
  expect(text).not.toContain(lost.attemptId);
  const { tries } = await system.db.task.findUniqueOrThrow({ where: { id: first.ref.taskId } });
  expect(tries).toBe(2);
});

test("a playlist never names the output of an attempt whose worker is asked to remove it", async () => {
  const { ref, chunks } = await splitVideo();
  const [first] = chunks;
  if (!first) throw new Error("There are chunks.");
  const reach = (attempt: ReturnType<typeof splitAttemptOf>, durations: number[], isComplete = false) =>
    attempt.rest(
      ...first.task.renditions.map((name) => attempt.part(name, 8_000, 16_000, durations, isComplete)),
    );
  const [sleeper, next] = [splitAttemptOf(first.ref, "w2"), splitAttemptOf(first.ref, "w1")];
  await system.apply(sleeper.started);
  // It stored everything, and was frozen before it could report its end.
  await system.apply(sleeper.advanced(1, reach(sleeper, [4_000, 4_000])));
  system.passTime(60_000);
  await system.sweep();
  await system.apply(next.started);
  const removedAndNamed = async () => {
    system.published.length = 0;
    await system.apply(sleeper.advanced(2, reach(sleeper, [4_000, 4_000])));
    const [stop] = system.published;
    const keep = stop?.type === "task.cancel-requested.v1" ? (stop.keep ?? []) : [];
    const texts = await Promise.all(
      first.task.renditions.map(async (name) => [name, await playlistOf(ref, name)] as const),
    );
    return texts.filter(([name, text]) => text?.includes(sleeper.attemptId) && !keep.includes(name));
  };
  await system.apply(next.advanced(1, reach(next, [4_000])));
  expect(await removedAndNamed()).toEqual([]);
  await system.apply(next.advanced(2, reach(next, [4_000, 4_000])));
  expect(await removedAndNamed()).toEqual([]);
  await system.apply(next.completed(3, reach(next, [4_000, 4_000], true)));
  expect(await removedAndNamed()).toEqual([]);
  expect(await playlistOf(ref, "144p")).toContain(next.attemptId);
});

test("a failed chunk fails the job and stops the other chunks, and a retry renders only the missing parts", async () => {
  const { ref, chunks, audio } = await splitVideo();
  const [first, second, third, ...others] = chunks;
  if (!first || !second || !third) throw new Error("There are chunks.");
  for (const chunk of [first, ...others]) await finish(chunk);
  const running = splitAttemptOf(second.ref, "w1");
  await system.apply(running.started);
  const broken = splitAttemptOf(third.ref, "w2");
  await system.apply(broken.started);
  await system.apply(broken.failed(1, "REJECTED", broken.rest()));
  expect(await statusesOf(ref)).toMatchObject({ video: "FAILED", job: "FAILED" });
  expect(await system.db.attempt.count({ where: { outcome: null } })).toBe(0);
  const stops = (await system.relay()).filter(({ type }) => type === "task.cancel-requested.v1");
  expect(stops).toMatchObject([{ attemptId: running.attemptId }]);
  // A late report of the stopped attempt changes nothing.
  await system.apply(running.stopped(1, "CANCELED", running.rest()));

  const { jobId } = await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  const left = await tasksOf({ jobId });
  expect(left.map(({ kind, startMs }) => [kind, startMs])).toEqual([
    ["AUDIO", 8_000],
    ["CHUNK", 16_000],
    ["CHUNK", 24_000],
  ]);
  // Existing parts play before the retry renders anything.
  expect(await statusesOf({ ...ref, jobId })).toMatchObject({ video: "PLAYABLE", job: "QUEUED" });
  expect(segmentsIn(await playlistOf(ref, "144p"))).toBe(6);
  for (const task of left.filter(({ kind }) => kind === "CHUNK"))
    await finish({ task, ref: refOf(ref, task) });
  await finishAudio(refOf(ref, left[0]));
  expect(audio.jobId).not.toBe(jobId);
  expect(await statusesOf({ ...ref, jobId })).toMatchObject({ video: "READY", job: "SUCCEEDED" });
  expect(segmentsIn(await playlistOf(ref, "144p"))).toBe(20);
});

test("a retry of one variant leaves the others in their final state, including those with finished parts", async () => {
  const { ref, chunks } = await splitVideo();
  const [first] = chunks;
  if (!first) throw new Error("There are chunks.");
  const broken = splitAttemptOf(first.ref);
  await system.apply(broken.started);
  await system.apply(broken.failed(1, "REJECTED", broken.rest()));
  expect(await statusesOf(ref)).toMatchObject({ variants: ["FAILED", "FAILED"], job: "FAILED" });
  const where = { videoId: ref.videoId, name: "144p" };
  const { id } = await system.db.variant.findFirstOrThrow({ where });
  const { jobId } = await retryVariant(system.operations, system.viewer, { variantId: id });
  expect(await statusesOf({ ...ref, jobId })).toMatchObject({ variants: ["RENDERING", "FAILED"] });
});

test("canceling stops every attempt of the job and starts none of its waiting tasks", async () => {
  const { ref, chunks } = await splitVideo();
  const running = chunks.slice(0, 2).map((chunk) => splitAttemptOf(chunk.ref));
  for (const attempt of running) await system.apply(attempt.started);
  await cancelJob(system.operations, system.viewer, { jobId: ref.jobId });
  const stops = (await system.relay()).filter(({ type }) => type === "task.cancel-requested.v1");
  expect(stops).toHaveLength(2);
  for (const attempt of running) await system.apply(attempt.stopped(1, "CANCELED", attempt.rest()));
  expect(await statusesOf(ref)).toMatchObject({ job: "CANCELED", variants: ["CANCELED", "CANCELED"] });
  expect(
    await system.db.task.count({ where: { jobId: ref.jobId, status: { not: "CANCELED" }, isRest: true } }),
  ).toBe(0);
});

test("a head that is lost after the split is rendered again while its chunks continue", async () => {
  const ref = await system.createQueuedVideo();
  const head = splitAttemptOf(ref, "w0");
  await system.apply(head.started);
  await system.apply(head.advanced(1, head.head([head.part("144p", 0, 8_000, [1_000], false)])));
  const tasks = (await tasksOf(ref)).filter(({ kind }) => kind === "CHUNK");
  system.passTime(60_000);
  await system.sweep();
  expect((await statusesOf(ref)).job).toBe("RUNNING");
  for (const task of tasks) await finish({ task, ref: refOf(ref, task) });
  const again = splitAttemptOf(ref, "w1");
  await system.apply(again.started);
  await system.apply(again.completed(1, again.wholeHead()));
  expect(await statusesOf(ref)).toMatchObject({ variants: ["READY", "READY"], job: "RUNNING" });
  expect((await tasksOf(ref)).filter(({ isRest }) => isRest)).toHaveLength(tasks.length + 1);
});

test("redelivery of any report of a part changes nothing", async () => {
  const { ref, chunks } = await splitVideo();
  const [first] = chunks;
  if (!first) throw new Error("There are chunks.");
  const attempt = await finish(first);
  const before = await playlistOf(ref, "144p");
  const revision = (await system.db.video.findUniqueOrThrow({ where: { id: ref.videoId } })).revision;
  await system.apply(attempt.completed(1, attempt.rest()));
  await system.apply(attempt.advanced(2, attempt.rest(attempt.part("144p", 8_000, 16_000, [1_000]))));
  expect(await playlistOf(ref, "144p")).toBe(before);
  expect((await system.db.video.findUniqueOrThrow({ where: { id: ref.videoId } })).revision).toBe(revision);
});
