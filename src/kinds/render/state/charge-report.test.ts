import { objectKeys, type RenderState, type SourceProbe } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { attemptOf, createProjection } from "../../../testing/projection.ts";
import { retryJob } from "../../index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  await system.clear();
  await system.db.chargedSource.deleteMany();
  await setLimits({});
});

const setLimits = (data: { maxStoredBytes?: number; maxSourceMinutesPerDay?: number }) =>
  system.db.workspace.update({
    where: { id: system.viewer.workspaceId },
    data: { maxStoredBytes: null, maxSourceMinutesPerDay: null, ...data },
  });

const probe = (durationMs: number) => ({ durationMs, video: null, audio: null }) as unknown as SourceProbe;

/** A worker that has fetched and probed a source of 5,000 bytes and two minutes. */
async function begin() {
  const ref = await system.createQueuedVideo();
  const key = objectKeys.source(ref.videoId, "clip.mp4");
  await system.store.put(key, Buffer.alloc(5), { contentType: "video/mp4" });
  const attempt = attemptOf(ref);
  const source: RenderState["source"] = {
    key,
    sizeBytes: 5_000,
    contentType: "video/mp4",
    probe: probe(120_000),
  };
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1, { ...attempt.state("PENDING"), source }));
  const video = await system.db.video.findUniqueOrThrow({
    where: { id: ref.videoId },
    include: { source: true, jobs: true },
  });
  return { ref, video, object: await system.store.head(key) };
}

test("a source within the quota is charged, and its job continues", async () => {
  await setLimits({ maxStoredBytes: 5_000, maxSourceMinutesPerDay: 2 });
  const { video } = await begin();
  expect(video).toMatchObject({
    durationMs: 120_000,
    source: { sizeBytes: 5_000n },
    jobs: [{ status: "RUNNING" }],
  });
  expect(await system.db.chargedSource.findMany()).toMatchObject([{ durationMs: 120_000n }]);
});

test.each([
  ["STORED_BYTES", { maxStoredBytes: 4_999 }],
  ["SOURCE_MINUTES_PER_DAY", { maxSourceMinutesPerDay: 1 }],
])(
  "a source over %s fails its job with the remedy, stops its worker and is removed",
  async (_name, limits) => {
    await setLimits(limits);
    const { ref, video, object } = await begin();
    expect(video).toMatchObject({
      status: "FAILED",
      durationMs: null,
      source: { sizeBytes: null, probe: null },
      jobs: [{ status: "FAILED", error: { code: "QUOTA_EXCEEDED", scope: "QUOTA", retriable: true } }],
    });
    expect(object).toBeNull();
    expect(system.published.map(({ type }) => type)).toContain("task.cancel-requested.v1");
    expect(await system.db.chargedSource.count()).toBe(0);
    await setLimits({});
    const retried = await retryJob(system.operations, system.viewer, { jobId: ref.jobId });
    expect(retried.jobId).not.toBe(ref.jobId);
  },
);
