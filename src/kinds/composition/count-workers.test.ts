import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { everyKind, workerRow } from "../../testing/fleet-rows.ts";
import { createProjection } from "../../testing/projection.ts";
import { createVideo } from "../../videos/index.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());
afterEach(() => system.clear());

const able = { kinds: everyKind, jail: { level: "LIMITED", reason: null } } as const;
const question = { question: "Which is the largest?", options: ["Jupiter", "Saturn"], answerIndex: 0 };

/** The workers that the message of a new video's task names, with one idle worker beside those in `rows`. */
async function workersOf(rows: readonly object[]): Promise<unknown> {
  const source = { template: { template: "quiz-classic", data: { questions: [question] } } };
  const { videoId } = await createVideo(system.operations, system.viewer, { title: "Quiz", source });
  const { id: taskId } = await system.db.task.findFirstOrThrow({ where: { job: { videoId } } });
  // The clock moves on when messages are taken.
  const seen = { lastSeenAt: new Date(system.deps.clock().getTime() + 60_000) };
  for (const [index, row] of rows.entries())
    await system.db.worker.create({ data: { ...workerRow(`w${index}`, able), ...seen, ...row } });
  const [message] = await system.takeMessages({ taskId });
  expect(message?.kind).toBe("COMPOSITION");
  return message?.params["workers"];
}

test("a video is drawn by one worker if there is only one, and by all idle ones otherwise", async () => {
  expect(await workersOf([])).toBeUndefined();
  await system.clear();
  expect(await workersOf([{}, {}])).toBe(3);
});

test("workers count that can draw and are not about to stop", async () => {
  const others = workerRow("other");
  expect(await workersOf([{}, { offer: others.offer }, { isStopping: true }])).toBe(2);
});

test("workers count that may receive the workspace's tasks", async () => {
  const where = { id: system.viewer.workspaceId };
  const { workerRealms } = await system.db.workspace.update({ where, data: { workerRealms: ["OWN"] } });
  expect(workerRealms).toEqual(["OWN"]);
  expect(await workersOf([{}, { realm: "CLOUD" }])).toBe(2);
  await system.db.workspace.update({ where, data: { workerRealms: ["OWN", "CLOUD"] } });
});

test("a workspace whose tasks run one at a time has its videos drawn by one worker", async () => {
  const where = { id: system.viewer.workspaceId };
  await system.db.workspace.update({ where, data: { maxRunningTasks: 1 } });
  expect(await workersOf([{}, {}, {}])).toBeUndefined();
  await system.db.workspace.update({ where, data: { maxRunningTasks: 2 } });
  await system.clear();
  expect(await workersOf([{}, {}, {}])).toBe(2);
  await system.db.workspace.update({ where, data: { maxRunningTasks: null } });
});
