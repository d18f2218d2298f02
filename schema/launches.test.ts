import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiKey } from "../src/auth/api-keys.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const LAUNCHES = `{
  launchTargets { name }
  launches(first: 5) { totalCount nodes { id target status machine workerName joinedAt endCode cost { micros } passedOver { target code reason } } }
  joinTokens(first: 5) { totalCount }
}`;

test("an operator reads launches with their costs and the targets that were passed over", async () => {
  const at = (second: number) => new Date(Date.UTC(2026, 10, 24, 0, 0, second));
  const passedOver = [
    { target: "studio", code: "MAX_INSTANCES", reason: "1 of at most 1 machines are open" },
  ];
  await api.db.launch.create({
    data: {
      ...{ target: "burst", pool: "CPU", slots: 2, status: "ENDED", passedOver, ref: "m-1" },
      ...{ plannedAt: at(0), nextCallAt: at(0), joinsBy: at(30), endsAt: at(59), acceptedAt: at(1) },
      ...{ endedAt: at(11), endCode: "DRAINED", endReason: "The worker left", secondPico: 20_000_000n },
      minimumSeconds: 0,
      joinToken: {
        create: {
          ...{ name: "acme-1", prefix: "rj_abcdefg", hash: "0", realm: "CLOUD", expiresAt: at(30) },
          ...{ usedAt: at(5), workerId: "worker-1" },
        },
      },
    },
  });
  const { token } = await createApiKey(api.db, {
    ...{ workspaceId: api.ours.id, name: "operator", scopes: ["OPERATOR"] },
  });
  const { data } = await api.ask(LAUNCHES, {}, token);
  expect(data.launches).toEqual({
    totalCount: 1,
    nodes: [
      {
        ...{ id: expect.any(String), target: "burst", status: "ENDED", machine: "acme-1", passedOver },
        ...{ workerName: "worker-1", joinedAt: at(5).toISOString(), endCode: "DRAINED" },
        cost: { micros: 200 },
      },
    ],
  });
  // Tokens of launches are not listed.
  expect(data.joinTokens.totalCount).toBe(0);
  const { data: node } = await api.ask(
    `query ($id: ID!) { node(id: $id) { id } }`,
    { id: data.launches.nodes[0].id },
    api.ours.admin,
  );
  expect(node.node).toBeNull();
});
