import { get } from "node:https";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openBackend } from "../../testing/adapters.ts";
import { readDocumentedRole, startKubernetes } from "../../testing/kubernetes.ts";
import { JOIN, readRefusal } from "../../testing/orders.ts";
import { explainStatus } from "./explain-status.ts";

// Of each test: the first run builds the API for tests, which takes minutes.
let signal: AbortSignal;
beforeEach(() => {
  signal = AbortSignal.timeout(60_000);
});
const orderOf = (name: string) => ({
  name,
  environment: { WORKER_MODE: "drain", WORKER_JOIN_TOKEN: JOIN, WORKER_API_URL: "https://api.test/$(HOME)" },
  secretVariables: ["WORKER_JOIN_TOKEN"],
  endsWithinSeconds: 60,
});

let cluster: Awaited<ReturnType<typeof startKubernetes>>;
beforeAll(async () => {
  cluster = await startKubernetes();
}, 300_000);
afterAll(() => cluster[Symbol.asyncDispose]());

const open = (prefix: string, settings: object = {}, environment: Record<string, string> = {}) =>
  openBackend("KUBERNETES_JOB", { ...cluster.settings, ...settings }, prefix, environment);

const refused = (call: Promise<unknown>) => readRefusal(call, [cluster.token]);

async function ask(path: string): Promise<unknown> {
  const options = { ca: cluster.certificate, headers: { authorization: `Bearer ${cluster.token}` } };
  return JSON.parse(
    await new Promise<string>((resolve, reject) => {
      get(`${cluster.url}${path}`, options, (response) => resolve(text(response))).on("error", reject);
    }),
  );
}

test("a Job has what the settings say, its token in a Secret, and needs exactly the documented Role", async () => {
  await using backend = open("a-", {
    ...{ gpus: 1, cpu: "2", memory: "3Gi", pullSecret: "registry", nodeSelector: { spot: "true" } },
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
  });
  await backend.check(signal);
  await backend.launch(orderOf("a-1"), signal);
  expect(await backend.list(signal, [])).toMatchObject([{ name: "a-1", state: "RUNNING" }]);
  const job = await ask("/apis/batch/v1/namespaces/reelay/jobs/a-1");
  expect(JSON.stringify(job)).not.toContain(JOIN);
  expect(job).toMatchObject({
    spec: {
      ...{ backoffLimit: 0, activeDeadlineSeconds: 60 },
      template: {
        spec: {
          nodeSelector: { spot: "true" },
          imagePullSecrets: [{ name: "registry" }],
          containers: [
            {
              resources: {
                requests: { cpu: "2", memory: "3Gi" },
                limits: { memory: "3Gi", "nvidia.com/gpu": "1" },
              },
              env: expect.arrayContaining([{ name: "WORKER_API_URL", value: "https://api.test/$$(HOME)" }]),
            },
          ],
        },
      },
    },
  });
  await backend.stop({ name: "a-1", ref: "" }, signal);
  await expect.poll(() => backend.list(signal, []), { timeout: 30_000 }).toEqual([]);

  const granted = [
    ...(await readDocumentedRole()).matchAll(/resources: \[(\w+)\]\n\s+verbs: \[(.*)\]/g),
  ].flatMap(([, resource = "", verbs = ""]) =>
    verbs.split(", ").map((verb) => `${resource}${resource === "jobs" ? ".batch" : ""} ${verb}`),
  );
  expect(granted.toSorted()).toEqual(await ask("/used"));
});

test("an ended Job has the exit code of its Pod, a suspended one starts", async () => {
  await using backend = open("b-", { image: "ended:3" });
  await backend.launch(orderOf("b-1"), signal);
  expect(await backend.list(signal, [])).toMatchObject([{ state: "ENDED", exitCode: 3 }]);
  await backend.stop({ name: "b-1", ref: "" }, signal);
  await expect.poll(() => backend.list(signal, []), { timeout: 30_000 }).toEqual([]);
  await using queued = open("c-", { queue: "video" });
  await queued.launch(orderOf("c-1"), signal);
  expect(await queued.list(signal, [])).toMatchObject([{ state: "STARTING", exitCode: null }]);
  await queued.stop({ name: "c-1", ref: "" }, signal);
  await expect.poll(() => queued.list(signal, []), { timeout: 30_000 }).toEqual([]);
});

test.each([
  ["an image that cannot be pulled", { image: "unknown:1" }, "IMAGE_UNAVAILABLE", /Back-off pulling image/],
  [
    "no node with room",
    { nodeSelector: { "test/none": "1" } },
    "NO_CAPACITY",
    /Insufficient nvidia.com\/gpu/,
  ],
])("%s refuses the next order, not the repeated one", async (_what, settings, code, said) => {
  await using backend = open("d-", settings);
  const { ref } = await backend.launch(orderOf("d-1"), signal);
  expect(await backend.launch(orderOf("d-1"), signal)).toEqual({ ref });
  for (const call of [backend.launch(orderOf("d-2"), signal), backend.check(signal)]) {
    const error = await refused(call);
    expect(error).toMatchObject({ code });
    expect(error.said).toMatch(said);
  }
  expect(await backend.list(signal, [])).toMatchObject([{ name: "d-1", state: "STARTING" }]);
  await backend.stop({ name: "d-1", ref: "" }, signal);
  await expect.poll(() => backend.list(signal, []), { timeout: 30_000 }).toEqual([]);
});

test("a full quota, a wrong token, another namespace and a bad name each have their code", async () => {
  await using backend = open("e-");
  for (const name of ["e-1", "e-2", "e-3"]) await backend.launch(orderOf(name), signal);
  expect(await refused(backend.launch(orderOf("e-4"), signal))).toMatchObject({ code: "QUOTA" });
  for (const name of ["e-1", "e-2", "e-3"]) await backend.stop({ name, ref: "" }, signal);
  await expect.poll(() => backend.list(signal, []), { timeout: 30_000 }).toEqual([]);
  expect(await refused(backend.launch(orderOf("e-X"), signal))).toMatchObject({ code: "INVALID_REQUEST" });

  await using wrong = open("e-", { tokenVariable: "KEY" }, { KEY: "wrong-token" });
  expect(await refused(wrong.launch(orderOf("e-1"), signal))).toMatchObject({ code: "CREDENTIALS" });
  await using elsewhere = open("e-", { namespace: "default" });
  expect(await refused(elsewhere.check(signal))).toMatchObject({ code: "CREDENTIALS" });
  await using lost = open("e-", { tokenFile: `${cluster.settings.tokenFile}-none` });
  expect(await refused(lost.list(signal, []))).toMatchObject({ code: "CREDENTIALS" });
  await using stranger = open("e-", { caFile: undefined });
  expect(await refused(stranger.list(signal, []))).toMatchObject({ code: "UNAVAILABLE" });
});

test("without the right to create Secrets, no Job stays", async () => {
  const role = (await readDocumentedRole()).replace("[secrets]", "[configmaps]");
  await using poor = await startKubernetes({ role });
  await using backend = openBackend("KUBERNETES_JOB", poor.settings, "f-");
  expect(await refused(backend.launch(orderOf("f-1"), signal))).toMatchObject({ code: "CREDENTIALS" });
  await expect.poll(() => backend.list(signal, []), { timeout: 30_000 }).toEqual([]);
});

test.each([
  [
    403,
    'namespaces "x" is forbidden: unable to create new content because it is being terminated',
    "NOT_FOUND",
  ],
  [403, 'pods "x" is forbidden: maximum cpu usage per Container is 2', "INVALID_REQUEST"],
  [403, "", "CREDENTIALS"],
  [404, "the server could not find the requested resource", "NOT_FOUND"],
  [429, "too many requests", "RATE_LIMITED"],
  [500, "exceeded quota", "UNAVAILABLE"],
  [307, "", "UNAVAILABLE"],
])("%i %s", (status, message, code) => {
  expect(explainStatus(status, message)).toBe(code);
});
