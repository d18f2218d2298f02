import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { QuotaExceededError } from "../errors/errors.ts";
import { createProjection } from "../testing/projection.ts";
import { createVideo } from "../videos/index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(() => system.db.video.deleteMany());

const source = { url: { url: "https://example.com/clip.mp4" } };
const create = (activeJobs: number | null, input = {}) =>
  createVideo({ ...system.operations, limits: { ...system.operations.limits, activeJobs } }, system.viewer, {
    title: "clip",
    source,
    ...input,
  });

test("a request over the quota is refused with figures and a retry time, and has no effect", async () => {
  await create(2);
  await create(2);
  const refused = await create(2).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(QuotaExceededError);
  expect(refused).toMatchObject({ code: "QUOTA_EXCEEDED", quota: "ACTIVE_JOBS", limit: 2, used: 2 });
  const { retryAfterMs } = refused as QuotaExceededError;
  expect(retryAfterMs).toBeGreaterThanOrEqual(1_000);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  expect(await system.db.video.count()).toBe(2);
});

test("thirty concurrent requests create exactly as many jobs as the quota allows", async () => {
  const results = await Promise.allSettled(Array.from({ length: 30 }, () => create(7)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(7);
  const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  for (const reason of reasons) expect(reason).toBeInstanceOf(QuotaExceededError);
  expect(await system.db.job.count()).toBe(7);
});

test("a repeat of an accepted request returns its result even when the quota is used up", async () => {
  const first = await create(1, { idempotencyKey: "mine" });
  expect(await create(1, { idempotencyKey: "mine" })).toEqual(first);
});

test("a refused request does not consume its idempotency key", async () => {
  await create(1);
  await expect(create(1, { idempotencyKey: "later" })).rejects.toBeInstanceOf(QuotaExceededError);
  await expect(create(2, { idempotencyKey: "later" })).resolves.toHaveProperty("videoId");
});

test("a workspace's own quota overrides that of the installation", async () => {
  const where = { id: system.viewer.workspaceId };
  await system.db.workspace.update({ where, data: { maxActiveJobs: 0 } });
  await expect(create(null)).rejects.toMatchObject({ limit: 0 });
  await system.db.workspace.update({ where, data: { maxActiveJobs: null } });
  await expect(create(null)).resolves.toHaveProperty("videoId");
});

test("a job that has ended frees its place in the quota", async () => {
  await create(1);
  await system.db.job.updateMany({ data: { status: "CANCELED", endedAt: new Date() } });
  await expect(create(1)).resolves.toHaveProperty("videoId");
});
