import { text } from "node:stream/consumers";
import { objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cancelJob } from "../../jobs/index.ts";
import { taskWithAll } from "../../jobs/task-rows.ts";
import { attemptOf, createProjection, type TaskRef } from "../../testing/projection.ts";
import { retryJob, retryVariant } from "../index.ts";
import { toTranscodeParams } from "../transcode/to-params.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

/** A video that is READY with 144p, while 360p and 720p FAILED: one job, rejected. */
async function createHalfReady() {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  const state = attempt.state("READY", "FAILED");
  const [small, large] = state.variants;
  if (!small || !large) throw new Error("There are two variants.");
  const { error } = attempt.failed(1, "REJECTED");
  const failed = { ...large, error };
  const variants = [small, failed, { ...failed, name: "720p", index: 2, width: 1440, height: 720 }];
  await system.apply(attempt.failed(1, "REJECTED", { ...state, variants }));
  return ref;
}

const variantOf = async ({ videoId }: TaskRef, name: string) =>
  (await system.db.variant.findUniqueOrThrow({ where: { videoId_name: { videoId, name } } })).id;

const read = async ({ videoId }: TaskRef) => {
  const video = await system.db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: { orderBy: { position: "asc" } }, jobs: { orderBy: { createdAt: "asc" } } },
  });
  return {
    video: video.status,
    variants: video.variants.map(({ status }) => status),
    jobs: video.jobs.map(({ status }) => status),
  };
};

async function retry(ref: TaskRef, name: string): Promise<TaskRef> {
  // Jobs are distinguished by their creation times.
  system.passTime(1);
  const { jobId } = await retryVariant(system.operations, system.viewer, {
    variantId: await variantOf(ref, name),
  });
  const { id: taskId } = await system.db.task.findFirstOrThrow({ where: { jobId } });
  return { videoId: ref.videoId, jobId, taskId };
}

/** What an attempt at one variant reports: nothing of the others. */
function attemptAt(ref: TaskRef, name: string) {
  const attempt = attemptOf(ref);
  const only = (status: "RENDERING" | "READY" | "PENDING") => {
    const state = attempt.state(status);
    return { ...state, variants: state.variants.filter((variant) => variant.name === name) };
  };
  return { ...attempt, only };
}

const masterOf = async ({ videoId }: TaskRef) =>
  text((await system.store.read(objectKeys.master(videoId))).body);

const messageOf = async ({ taskId }: TaskRef) =>
  toTranscodeParams(await system.db.task.findUniqueOrThrow({ where: { id: taskId }, include: taskWithAll }), {
    wholeUpToMs: 30_000,
  });

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (error as { code?: string }).code,
  );

test("a failed variant is rendered again by its own job, and all others stay unchanged", async () => {
  const ref = await createHalfReady();
  expect(await read(ref)).toEqual({
    video: "READY",
    variants: ["READY", "FAILED", "FAILED"],
    jobs: ["FAILED"],
  });
  const again = await retry(ref, "360p");
  expect(await read(ref)).toEqual({
    video: "READY",
    variants: ["READY", "PENDING", "FAILED"],
    jobs: ["FAILED", "QUEUED"],
  });
  expect(await system.db.job.findUniqueOrThrow({ where: { id: again.jobId } })).toMatchObject({
    onlyVariants: ["360p"],
    retryOfId: ref.jobId,
    isSuperseded: false,
  });
  expect(await messageOf(again)).toMatchObject({
    only: ["360p"],
    keep: { variants: [{ name: "144p" }] },
  });
  const attempt = attemptAt(again, "360p");
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, attempt.only("RENDERING")));
  expect(await read(ref)).toMatchObject({ video: "READY", variants: ["READY", "RENDERING", "FAILED"] });
  await system.apply(attempt.completed(2, attempt.only("READY")));
  expect(await read(ref)).toEqual({
    video: "READY",
    variants: ["READY", "READY", "FAILED"],
    jobs: ["FAILED", "SUCCEEDED"],
  });
  expect((await masterOf(ref)).match(/RESOLUTION=\w+/g)).toEqual([
    "RESOLUTION=288x144",
    "RESOLUTION=720x360",
  ]);
});

test("the final failure of a single-variant job does not affect a READY video", async () => {
  const ref = await createHalfReady();
  const before = await masterOf(ref);
  const again = await retry(ref, "360p");
  for (let tries = 1; tries <= 3; tries += 1) {
    const attempt = attemptAt(again, "360p");
    await system.apply(attempt.started);
    await system.apply(attempt.advanced(1, attempt.only("RENDERING")));
    await system.apply(attempt.failed(2, "FAILED", attempt.only("PENDING")));
    expect(await read(ref)).toMatchObject({
      video: "READY",
      variants: ["READY", tries < 3 ? "PENDING" : "FAILED", "FAILED"],
    });
  }
  expect(await masterOf(ref)).toBe(before);
  const [video, variant] = await Promise.all([
    system.db.video.findUniqueOrThrow({ where: { id: ref.videoId } }),
    system.db.variant.findUniqueOrThrow({ where: { id: await variantOf(ref, "360p") } }),
  ]);
  expect(video).toMatchObject({ status: "READY", error: null });
  expect(variant).toMatchObject({
    error: {
      code: "ENCODER_FAILED",
      message: "Failed after 3 tries. The last error: It broke.",
      scope: "WORKER",
      retriable: true,
    },
  });
});

test("a canceled single-variant job leaves its variant CANCELED and the video READY, and can be retried", async () => {
  const ref = await createHalfReady();
  const first = await retry(ref, "720p");
  await cancelJob(system.operations, system.viewer, { jobId: first.jobId });
  expect(await read(ref)).toEqual({
    video: "READY",
    variants: ["READY", "FAILED", "CANCELED"],
    jobs: ["FAILED", "CANCELED"],
  });
  // A retry of the job is for the same variant, and no other.
  const { jobId } = await retryJob(system.operations, system.viewer, { jobId: first.jobId });
  expect(await system.db.job.findUniqueOrThrow({ where: { id: jobId } })).toMatchObject({
    onlyVariants: ["720p"],
  });
  expect(await read(ref)).toMatchObject({ video: "READY", variants: ["READY", "FAILED", "PENDING"] });
});

test("a report about variants outside the task does not change them", async () => {
  const ref = await createHalfReady();
  const again = await retry(ref, "720p");
  const attempt = attemptOf(again);
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, attempt.state("RENDERING")));
  expect(await read(ref)).toMatchObject({ variants: ["READY", "FAILED", "PENDING"] });
});

test("a failed video becomes READY with the one variant that was rendered again", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.failed(1, "REJECTED", attempt.state("PENDING")));
  expect(await read(ref)).toMatchObject({ video: "FAILED", variants: ["FAILED", "FAILED"] });
  const again = await retry(ref, "144p");
  expect(await read(ref)).toMatchObject({ video: "PROCESSING", variants: ["PENDING", "FAILED"] });
  const next = attemptAt(again, "144p");
  await system.apply(next.started);
  await system.apply(next.advanced(1, next.only("RENDERING")));
  expect(await read(ref)).toMatchObject({ video: "PLAYABLE" });
  await system.apply(next.completed(2, next.only("READY")));
  expect(await read(ref)).toMatchObject({ video: "READY", variants: ["READY", "FAILED"] });
});

test("retrying a variant that is ready, skipped or running, or of a busy video, returns a typed error", async () => {
  const ref = await createHalfReady();
  expect(await codeOf(retry(ref, "144p"))).toBe("VARIANT_READY");
  await retry(ref, "360p");
  expect(await codeOf(retry(ref, "360p"))).toBe("VARIANT_NOT_ENDED");
  expect(await codeOf(retry(ref, "720p"))).toBe("VIDEO_BUSY");
  await system.db.variant.update({
    where: { id: await variantOf(ref, "720p") },
    data: { status: "SKIPPED", skipReason: "too large" },
  });
  expect(await codeOf(retry(ref, "720p"))).toBe("VARIANT_SKIPPED");
  const stranger = { ...system.viewer, workspaceId: crypto.randomUUID() };
  const variantId = await variantOf(ref, "360p");
  expect(await codeOf(retryVariant(system.operations, stranger, { variantId }))).toBe("VARIANT_NOT_FOUND");
});

test("two concurrent retries of one variant create one job, and one of them gets an error", async () => {
  const ref = await createHalfReady();
  const answers = await Promise.all([codeOf(retry(ref, "360p")), codeOf(retry(ref, "360p"))]);
  expect(new Set(answers)).toEqual(new Set(["VARIANT_NOT_ENDED", "none"]));
});

test("a job whose variants were all rendered by newer jobs has nothing to retry", async () => {
  const ref = await createHalfReady();
  for (const name of ["360p", "720p"]) {
    const again = await retry(ref, name);
    const attempt = attemptOf(again);
    const state = attempt.state("READY");
    const variants = state.variants.slice(1).map((variant) => Object.assign(variant, { name }));
    await system.apply(attempt.completed(1, { ...state, variants }));
  }
  expect(await read(ref)).toMatchObject({ variants: ["READY", "READY", "READY"] });
  const retried = retryJob(system.operations, system.viewer, { jobId: ref.jobId });
  expect(await codeOf(retried)).toBe("NOTHING_TO_RETRY");
});
