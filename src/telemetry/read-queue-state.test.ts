import { afterAll, beforeAll, expect, test } from "vitest";
import { createProjection } from "../testing/projection.ts";
import { openTasks, readQueueState } from "./read-queue-state.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

test("reading the queue's state uses its index, regardless of the number of ended tasks", async () => {
  const ref = await system.createQueuedVideo();
  await system.db.$executeRaw`
    INSERT INTO tasks (id, job_id, workspace_id, kind, pool, requirements, is_rest, status, ended_at, due_at, queued_at)
    SELECT gen_random_uuid(), job_id, workspace_id, 'CHUNK', pool, requirements, true,
      CASE WHEN n <= 1000 THEN 'QUEUED' ELSE 'SUCCEEDED' END::"JobStatus", CASE WHEN n > 1000 THEN now() END, now(), now()
    FROM tasks CROSS JOIN generate_series(1, 50000) n WHERE id = ${ref.taskId}::uuid`;
  await system.db.$executeRawUnsafe("ANALYZE tasks");
  const lines = await system.db.$queryRaw<Record<string, string>[]>`EXPLAIN ${openTasks}`;
  const plan = lines.map((line) => line["QUERY PLAN"]).join("\n");
  expect(plan).not.toMatch(/Seq Scan on tasks/);
  expect(plan).toMatch(/tasks_waiting/);
  const { tasks } = await readQueueState(system.db);
  expect(tasks).toEqual([
    { pool: "CPU", status: "QUEUED", priority: "STANDARD", count: 1_001, ageSeconds: expect.any(Number) },
  ]);
});
