import { expect, test } from "vitest";
import { createTestApi } from "../../schema/testing/test-api.ts";
import { createApiKey } from "../auth/index.ts";
import { createProjection } from "../testing/projection.ts";
import { planScaling } from "./plan-scaling.ts";
import { readScaling, type Scaling } from "./read-scaling.ts";

const state = { pool: "CPU", secondsPerTask: 10, workers: 2, slots: 4 } as const;
const demand = { workspaceId: "a", first: 0, rest: 0, busy: 0, most: null };

test("running and first tasks want a slot each, the others as many as do them in five minutes", () => {
  expect(planScaling({ ...state, demand: [] })).toMatchObject({ wantedSlots: 0, wantedWorkers: 0 });
  const busy = planScaling({ ...state, demand: [{ ...demand, first: 2, rest: 100, busy: 1 }] });
  expect(busy).toMatchObject({ wantedSlots: 7, slotsPerWorker: 2, wantedWorkers: 4 });
  expect(busy.reason).toContain("4 for the 100 other tasks of about 10 s");
  // A long task does not want more than its own slot.
  const long = planScaling({ ...state, secondsPerTask: 3_000, demand: [{ ...demand, rest: 2 }] });
  expect(long.wantedSlots).toBe(2);
});

test("a workspace wants no more slots than its limit, and without workers a slot is a worker", () => {
  const limited = { ...demand, first: 50, busy: 2, most: 5 };
  expect(planScaling({ ...state, workers: 0, slots: 0, demand: [limited, demand] })).toMatchObject({
    ...{ wantedSlots: 5, wantedWorkers: 5, waitingFirst: 3 },
  });
});

test("the queue's number counts what waits, and a paused queue wants nothing", async () => {
  await using system = await createProjection();
  const { db, deps } = system;
  await system.createQueuedVideo();
  const read = () => readScaling(db, { now: deps.clock(), maxRunningTasks: null });
  const cpu = ({ pools }: Scaling) => pools.find(({ pool }) => pool === "CPU");
  expect(cpu(await read())).toMatchObject({ waitingFirst: 1, wantedSlots: 1 });
  await db.workspace.updateMany({ data: { pausedAt: deps.clock() } });
  expect(await read()).toMatchObject({ wantedWorkers: 0 });
});

test("/scaling answers keys with the scope OPERATOR only", async () => {
  await using api = await createTestApi({ config: { isDevelopment: false, graceMs: 500 } });
  const { token } = await createApiKey(api.db, {
    ...{ workspaceId: api.ours.id, name: "KEDA", scopes: ["OPERATOR"] },
  });
  const ask = async (key?: string) => {
    const headers = key === undefined ? {} : { Authorization: `Bearer ${key}` };
    const answer = await fetch(`${api.url}/scaling`, { headers });
    return [answer.status, await answer.json()] as const;
  };
  expect(await ask()).toEqual([401, { error: expect.objectContaining({ code: "UNAUTHENTICATED" }) }]);
  expect((await ask(api.ours.admin))[0]).toBe(403);
  expect(await ask(token)).toEqual([
    200,
    { wantedWorkers: 0, pools: [expect.objectContaining({ pool: "CPU" }), expect.anything()] },
  ]);
});
