import { isTerminal, jobStatuses } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProjection } from "../testing/projection.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const pairs = jobStatuses.flatMap((from) => jobStatuses.map((to) => [from, to] as const));

test.each(pairs)("the database triggers agree with the transition tables on %s to %s", async (from, to) => {
  const { jobId } = await system.createQueuedVideo();
  const ended = (status: (typeof jobStatuses)[number]) => (isTerminal(status) ? new Date() : null);
  const error = { code: "BROKEN", message: "It broke.", scope: "WORKER", retriable: true };
  const set = async (status: (typeof jobStatuses)[number]) => {
    const data = { status, endedAt: ended(status) };
    await system.db.task.updateMany({ where: { jobId }, data });
    await system.db.job.update({ where: { id: jobId }, data: { ...data, error } });
  };
  await set(from);
  if (isTerminal(from) && from !== to) await expect(set(to)).rejects.toThrow(`ended as ${from}`);
  else await set(to);
});
