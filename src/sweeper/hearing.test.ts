import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { createHearing } from "./hearing.ts";
import { sweep } from "./sweep.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

test("a process hears again a while after it started, and after each disturbance", () => {
  let now = 0;
  const hearing = createHearing(() => new Date(now));
  expect(hearing.isClear()).toBe(false);
  now = 15_000;
  expect(hearing.isClear()).toBe(true);
  hearing.disturb();
  expect(hearing.isClear()).toBe(false);
  now = 30_000;
  expect(hearing.isClear()).toBe(true);
});

test("after an outage in which nobody could be heard, no attempt is taken for lost", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  system.passTime(120_000);
  const deps = { ...system.operations, messaging: system.deps.messaging };
  await sweep(deps, { canHear: false });
  expect(
    (await system.db.attempt.findUniqueOrThrow({ where: { id: attempt.attemptId } })).outcome,
  ).toBeNull();
  await sweep(deps, { canHear: true });
  expect((await system.db.attempt.findUniqueOrThrow({ where: { id: attempt.attemptId } })).outcome).toBe(
    "LOST",
  );
});
