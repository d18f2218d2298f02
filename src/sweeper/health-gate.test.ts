import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { createHealthGate } from "./health-gate.ts";
import { sweep } from "./sweep.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

test("the health gate opens some time after the process started and after each disturbance", () => {
  let now = 0;
  const healthGate = createHealthGate(() => new Date(now));
  expect(healthGate.isClear()).toBe(false);
  now = 15_000;
  expect(healthGate.isClear()).toBe(true);
  healthGate.disturb();
  expect(healthGate.isClear()).toBe(false);
  now = 30_000;
  expect(healthGate.isClear()).toBe(true);
});

test("after an outage without any reports, no attempt counts as lost", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  system.passTime(120_000);
  const deps = { ...system.operations, messaging: system.deps.messaging };
  await sweep(deps, { isHealthy: false });
  expect(
    (await system.db.attempt.findUniqueOrThrow({ where: { id: attempt.attemptId } })).outcome,
  ).toBeNull();
  await sweep(deps, { isHealthy: true });
  expect((await system.db.attempt.findUniqueOrThrow({ where: { id: attempt.attemptId } })).outcome).toBe(
    "LOST",
  );
});
