import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import { createProjection } from "../testing/projection.ts";
import { pauseQueue, resumeQueue } from "./pause-queue.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
let listener: Client;
let woken = 0;
beforeAll(async () => {
  system = await createProjection();
  listener = new Client({ connectionString: system.databaseUrl });
  await listener.connect();
  listener.on("notification", () => (woken += 1));
  await listener.query("LISTEN reelay_queue");
});
afterAll(async () => {
  await listener.end();
  await system[Symbol.asyncDispose]();
});

const wakes = async (work: () => Promise<unknown>) => {
  const before = woken;
  await work();
  await eventually(() => expect(woken).toBe(before + 1), "the dispatchers are woken once");
};

test("dispatchers are woken when a queue is resumed and when its concurrency is raised", async () => {
  const { operations, viewer, db } = system;
  await pauseQueue(operations, viewer);
  await wakes(() => resumeQueue(operations, viewer));
  // Nothing to do: it was not paused.
  await resumeQueue(operations, viewer);
  await wakes(() => db.workspace.updateMany({ data: { maxRunningTasks: 3 } }));
});
