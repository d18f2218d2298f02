import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection, type TaskRef } from "../testing/projection.ts";
import { retryJobs } from "./index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

async function createFailed(): Promise<TaskRef> {
  // Jobs are distinguished by their creation times.
  system.passTime(1);
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.failed(1, "REJECTED"));
  return ref;
}
const createAllFailed = async (count: number) => {
  const refs: TaskRef[] = [];
  for (let made = 0; made < count; made += 1) refs.push(await createFailed());
  return refs.map(({ jobId }) => jobId);
};
const retry = (input: Parameters<typeof retryJobs>[2]) => {
  system.passTime(1);
  return retryJobs(system.operations, system.viewer, input);
};
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (error as { code?: string }).code,
  );

test("failed jobs are retried oldest first, one page at a time, each once", async () => {
  const failed = await createAllFailed(3);
  const first = await retry({ filter: {}, first: 2 });
  expect(first).toMatchObject({ skipped: [], hasMore: true });
  const second = await retry({ filter: {}, first: 2 });
  expect(second).toMatchObject({ skipped: [], hasMore: false });
  const made = [...first.jobIds, ...second.jobIds];
  const rows = await system.db.job.findMany({ where: { id: { in: made } } });
  const originOf = (id: string) => rows.find((row) => row.id === id)?.retryOfId;
  expect(made.map(originOf)).toEqual(failed);
  expect(await retry({ filter: {} })).toEqual({ jobIds: [], skipped: [], hasMore: false, lastId: null });
});

test("jobs that cannot be retried are listed with the reason and block no other", async () => {
  const [good = ""] = await createAllFailed(1);
  const waiting = await system.createQueuedVideo();
  const unknown = randomUUID();
  const answer = await retry({ ids: [waiting.jobId, unknown, good, good] });
  expect(answer.jobIds).toHaveLength(1);
  expect(answer.skipped).toEqual([
    { jobId: waiting.jobId, code: "JOB_NOT_ENDED", message: expect.any(String) },
    { jobId: unknown, code: "JOB_NOT_FOUND", message: expect.any(String) },
  ]);
  const again = await retry({ ids: [good] });
  expect(again).toMatchObject({ jobIds: [], skipped: [{ jobId: good, code: "JOB_SUPERSEDED" }] });
});

test("pages continue after jobs that could not be retried", async () => {
  const lastId = (await retry({ filter: {}, first: 500 })).lastId;
  const [first = "", second = ""] = await createAllFailed(2);
  const page = await retry({ filter: {}, first: 1, ...(lastId && { after: lastId }) });
  expect(page.lastId).toBe(first);
  const next = await retry({ filter: {}, first: 1, after: first });
  expect(next.lastId).toBe(second);
});

test("a repeat with the same idempotency key, even concurrent, returns the same result and creates nothing", async () => {
  const ids = [...(await createAllFailed(4)), randomUUID()];
  const idempotencyKey = randomUUID();
  const before = await system.db.job.count();
  const answers = await Promise.all(Array.from({ length: 20 }, () => retry({ ids, idempotencyKey })));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]?.jobIds).toHaveLength(4);
  expect(await system.db.job.count()).toBe(before + 4);
  expect(await codeOf(retry({ ids: ids.slice(1), idempotencyKey }))).toBe("IDEMPOTENCY_KEY_REUSED");
});

test("a repeat completes a request that was interrupted", async () => {
  const ids = await createAllFailed(3);
  const idempotencyKey = randomUUID();
  let calls = 0;
  const clock = () => {
    calls += 1;
    if (calls === 2) throw new Error("the process dies");
    return system.operations.clock();
  };
  await expect(
    retryJobs({ ...system.operations, clock }, system.viewer, { ids, idempotencyKey }),
  ).rejects.toThrow("the process dies");
  expect(await system.db.job.count({ where: { retryOfId: { in: ids } } })).toBe(1);
  const answer = await retry({ ids, idempotencyKey });
  expect(answer).toMatchObject({ skipped: [], hasMore: false });
  expect(answer.jobIds).toHaveLength(3);
  expect(await system.db.job.count({ where: { retryOfId: { in: ids } } })).toBe(3);
});

test("the filter selects by error, scope, finality and time", async () => {
  await retry({ filter: {}, first: 500 });
  const [a = "", b = ""] = await createAllFailed(2);
  await system.db.job.update({
    where: { id: b },
    data: { error: { code: "STORE_FULL", message: "It is full.", scope: "STORAGE", retriable: true } },
  });
  const chosen = async (filter: object) => (await retry({ filter })).lastId;
  expect(await chosen({ errorCode: ["NO_SUCH", "with a NUL \0"] })).toBeNull();
  expect(await chosen({ createdBefore: new Date(0) })).toBeNull();
  expect(await chosen({ isRetriable: false, errorScope: ["STORAGE"] })).toBeNull();
  expect(await chosen({ isRetriable: true, errorScope: ["STORAGE"], createdFrom: new Date(0) })).toBe(b);
  expect(await chosen({ errorCode: ["ENCODER_FAILED"] })).toBe(a);
});

test("a request with too many jobs, none, or both selections is refused with the field", async () => {
  for (const input of [
    {},
    { ids: [], filter: {} },
    { ids: [] },
    { filter: {}, first: 501 },
    { filter: {}, first: 0 },
  ]) {
    expect(await codeOf(retry(input))).toBe("JOBS_INVALID");
  }
  expect(await codeOf(retry({ ids: Array.from({ length: 501 }, () => randomUUID()) }))).toBe("JOBS_INVALID");
});

test("an idempotency key is kept for more than a day and deleted after two", async () => {
  const ids = await createAllFailed(1);
  const idempotencyKey = randomUUID();
  const first = await retry({ ids, idempotencyKey });
  system.passTime(30 * 3_600_000);
  await system.sweep();
  expect(await retry({ ids, idempotencyKey })).toEqual(first);
  system.passTime(20 * 3_600_000);
  await system.sweep();
  expect(await retry({ ids, idempotencyKey })).toMatchObject({ jobIds: [], skipped: [{ jobId: ids[0] }] });
});
