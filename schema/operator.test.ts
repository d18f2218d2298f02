/** What is the fleet's is the operator's: an administrator of one workspace of many does not see it. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureApiKey } from "../embedded/default-api-key.ts";
import { createApiKey } from "../src/auth/api-keys.ts";
import { encodeGlobalId } from "../src/inputs/global-id.ts";
import { workerRow } from "../src/testing/fleet-rows.ts";
import { seedVideo } from "./testing/seed.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
let videoId: string;
beforeAll(async () => {
  api = await createTestApi();
  const { id, jobs } = await seedVideo(api.db, api.ours.id);
  videoId = encodeGlobalId("Video", id);
  const attemptId = jobs[0]?.tasks[0]?.attempts.at(-1)?.id ?? "";
  const provenance = {
    encoders: { "100p": "libx264" },
    ffmpegVersion: "5.1.9",
    device: "cpu",
    commands: [["ffmpeg", "-i", "/work/source"]],
  };
  await api.db.attempt.update({
    where: { id: attemptId },
    data: { account: { sourceHash: "sha256:00", quality: {}, provenance } },
  });
  await api.db.worker.create({
    data: { ...workerRow("worker-1", { slots: 3 }), hostname: "render-07.internal" },
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const fleet = `query ($video: ID!, $worker: ID!) {
  video(id: $video) { jobs { nodes { plan { slots } tasks { attempts { provenance { device ffmpegVersion commands } } } } } }
  queue { pools { pool running workers slots idleSlots } }
  node(id: $worker) { __typename }
}`;
const variables = () => ({ video: videoId, worker: encodeGlobalId("Worker", "worker-1") });

test("an ADMIN key reads its workspace's output but nothing about the machines", async () => {
  const { data } = await api.ask(fleet, variables(), api.ours.admin);
  expect(data.queue.pools).toEqual([
    { pool: "CPU", running: 1, workers: null, slots: null, idleSlots: null },
  ]);
  const [, second] = data.video.jobs.nodes[0].tasks[0].attempts;
  expect(second.provenance).toEqual({ device: "cpu", ffmpegVersion: null, commands: null });
  expect(data.node).toBeNull();
  const { errors } = await api.ask("{ workers { nodes { hostname } } }", {}, api.ours.admin);
  expect(errors).toMatchObject([
    { extensions: { code: "FORBIDDEN" }, message: expect.stringContaining("--operator") },
  ]);
});

test("a key with ADMIN and OPERATOR reads both", async () => {
  const { data } = await api.ask(fleet, variables(), api.ours.all);
  expect(data.queue.pools).toEqual([{ pool: "CPU", running: 1, workers: 1, slots: 3, idleSlots: 3 }]);
  const [, second] = data.video.jobs.nodes[0].tasks[0].attempts;
  expect(second.provenance).toMatchObject({ ffmpegVersion: "5.1.9", commands: ["ffmpeg -i /work/source"] });
  expect(data.node).toEqual({ __typename: "Worker" });
});

test("a key with OPERATOR alone reads the fleet but no video", async () => {
  const { data } = await api.ask("{ workers { nodes { hostname } } }", {}, api.ours.operator);
  expect(data.workers.nodes).toEqual([{ hostname: "render-07.internal" }]);
  const { errors } = await api.ask("{ videos { nodes { id } } }", {}, api.ours.operator);
  expect(errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
});

test("only a key with OPERATOR can create another one with it", async () => {
  const create = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    ... on CreatedApiKey { apiKey { scopes } } ... on Error { code } } }`;
  const input = { name: "fleet", scopes: ["READ", "OPERATOR"] };
  const refused = await api.ask(create, { input }, api.ours.admin);
  expect(refused.data.createApiKey).toEqual({ code: "FORBIDDEN" });
  const made = await api.ask(create, { input }, api.ours.all);
  expect(made.data.createApiKey).toEqual({ apiKey: { scopes: ["READ", "OPERATOR"] } });
});

test("the key of the previous `npm start` is kept and gets the OPERATOR scope", async () => {
  const folder = await mkdtemp(join(tmpdir(), "reelay-key-"));
  try {
    const { token } = await createApiKey(api.db, {
      workspaceId: api.ours.id,
      name: "old",
      scopes: ["ADMIN"],
    });
    await writeFile(join(folder, "api-key"), token);
    expect(await ensureApiKey(api.db, join(folder, "api-key"))).toBe(token);
    const { data } = await api.ask("{ viewer { scopes } }", {}, token);
    expect(data.viewer.scopes).toEqual(["READ", "WRITE", "ADMIN", "OPERATOR"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
