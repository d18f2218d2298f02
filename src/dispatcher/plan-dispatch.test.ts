import { expect, test } from "vitest";
import type { JobPriority, Pool } from "../../prisma/generated/enums.ts";
import { planDispatch, type QueueState, type WaitingTask, type WorkspaceTurn } from "./plan-dispatch.ts";

const never = () => 1;
const always = () => 0;

let minute = 0;
const waiting = (
  workspaceId: string,
  priority: JobPriority,
  count: number,
  pool: Pool = "CPU",
): WaitingTask[] =>
  Array.from({ length: count }, (_, index) => ({
    taskId: `${workspaceId} ${priority} ${index}`,
    pool,
    priority,
    workspaceId,
    isRest: false,
    dueAt: new Date(60_000 * (minute += 1)),
  }));

const turn = (inFlight = 0, servedAt = 0, maxInFlight: number | null = null): WorkspaceTurn => ({
  inFlight,
  servedAt,
  maxInFlight,
});

const plan = (state: Partial<QueueState>, random = never) =>
  planDispatch({ free: new Map([["CPU", 4]]), waiting: [], workspaces: new Map(), ...state }, random).map(
    ({ taskId }) => taskId,
  );

test("no more tasks are sent than slots are free", () => {
  expect(plan({ waiting: waiting("a", "STANDARD", 9) })).toHaveLength(4);
  expect(plan({ waiting: waiting("a", "STANDARD", 9), free: new Map([["CPU", 0]]) })).toEqual([]);
});

test("urgent tasks pass an earlier flood of BULK tasks", () => {
  const flood = waiting("a", "BULK", 4);
  const urgent = waiting("a", "INTERACTIVE", 2);
  const normal = waiting("a", "STANDARD", 1);
  expect(plan({ waiting: [...flood, ...urgent, ...normal] })).toEqual([
    "a INTERACTIVE 0",
    "a INTERACTIVE 1",
    "a STANDARD 0",
    "a BULK 0",
  ]);
});

test("workspaces take turns, regardless of their number of tasks and the order of arrival", () => {
  const tasks = [...waiting("many", "STANDARD", 4), ...waiting("few", "STANDARD", 2)];
  expect(plan({ waiting: tasks })).toEqual([
    "many STANDARD 0",
    "few STANDARD 0",
    "many STANDARD 1",
    "few STANDARD 1",
  ]);
});

test("with a single slot, the workspace that was served longest ago is next", () => {
  const tasks = [...waiting("many", "STANDARD", 4), ...waiting("few", "STANDARD", 1)];
  const workspaces = new Map([
    ["many", turn(0, 2_000)],
    ["few", turn(0, 1_000)],
  ]);
  expect(plan({ waiting: tasks, workspaces, free: new Map([["CPU", 1]]) })).toEqual(["few STANDARD 0"]);
});

test("the workspace with fewer running tasks goes first", () => {
  const tasks = [...waiting("busy", "STANDARD", 4), ...waiting("idle", "STANDARD", 4)];
  const workspaces = new Map([["busy", turn(3)]]);
  expect(plan({ waiting: tasks, workspaces })).toEqual([
    "idle STANDARD 0",
    "idle STANDARD 1",
    "idle STANDARD 2",
    "busy STANDARD 0",
  ]);
});

test("a workspace at its quota waits, and its slots go to other workspaces", () => {
  const tasks = [...waiting("full", "INTERACTIVE", 4), ...waiting("other", "BULK", 4)];
  const workspaces = new Map([["full", turn(1, 0, 2)]]);
  expect(plan({ waiting: tasks, workspaces })).toEqual([
    "full INTERACTIVE 0",
    "other BULK 0",
    "other BULK 1",
    "other BULK 2",
  ]);
});

test("the head of every video goes before the rest of any video, whatever the lane", () => {
  const rest = waiting("a", "INTERACTIVE", 3);
  for (const task of rest) task.isRest = true;
  const first = waiting("b", "BULK", 2);
  expect(plan({ waiting: [...rest, ...first] })).toEqual([
    "b BULK 0",
    "b BULK 1",
    "a INTERACTIVE 0",
    "a INTERACTIVE 1",
  ]);
});

test("the parts of several videos are sent in the order in which viewers need them", () => {
  const due = (taskId: string, second: number): WaitingTask => ({
    ...{ taskId, pool: "CPU", isRest: true, priority: "STANDARD", workspaceId: "a" },
    dueAt: new Date(second * 1_000),
  });
  const long = [due("long at 8 s", 8), due("long at 68 s", 68), due("long at 2 h", 7_208)];
  const later = [due("later at 8 s", 38), due("later at 68 s", 98)];
  expect(plan({ waiting: [...long, ...later] })).toEqual([
    "long at 8 s",
    "later at 8 s",
    "long at 68 s",
    "later at 68 s",
  ]);
});

test("a busy upper lane does not starve the task that has waited longest", () => {
  const old = waiting("a", "BULK", 1);
  const urgent = waiting("a", "INTERACTIVE", 10);
  expect(plan({ waiting: [...urgent, ...old], free: new Map([["CPU", 1]]) }, always)).toEqual(["a BULK 0"]);
});

test("each pool fills its own slots", () => {
  const tasks = [...waiting("a", "STANDARD", 3, "GPU"), ...waiting("b", "STANDARD", 3)];
  const free = new Map<Pool, number>([
    ["CPU", 1],
    ["GPU", 2],
  ]);
  expect(plan({ waiting: tasks, free })).toEqual(["b STANDARD 0", "a STANDARD 0", "a STANDARD 1"]);
});

test("first tasks that find no free slot go to express slots in their order, and nothing else does", () => {
  const first = (workspaceId: string, priority: JobPriority, count: number) =>
    waiting(workspaceId, priority, count).map((task) => Object.assign(task, { mayBeExpress: true }));
  const rest = waiting("a", "INTERACTIVE", 2).map((task) => Object.assign(task, { isRest: true }));
  const state: QueueState = {
    free: new Map([["CPU", 1]]),
    express: new Map([["CPU", 2]]),
    waiting: [
      ...rest,
      ...waiting("a", "BULK", 1),
      ...first("a", "STANDARD", 2),
      ...first("b", "STANDARD", 2),
    ],
    workspaces: new Map(),
  };
  expect(planDispatch(state, never).map(({ taskId, isExpress = false }) => [taskId, isExpress])).toEqual([
    ["a STANDARD 0", false],
    ["b STANDARD 0", true],
    ["a STANDARD 1", true],
  ]);
  const none = { ...state, free: new Map([["CPU", 0]] as const), waiting: rest };
  expect(planDispatch(none, never)).toEqual([]);
});
