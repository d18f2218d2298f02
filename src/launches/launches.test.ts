import { readFile } from "node:fs/promises";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { freeOffers } from "../prices/index.ts";
import { openForMs } from "./circuit.ts";
import { judgeLaunch, type LaunchFacts } from "./judge-launch.ts";
import { openLaunchPlan } from "./launch-settings.ts";

const at = (seconds: number) => new Date(seconds * 1_000);

const starting: LaunchFacts = {
  ...{ status: "STARTING", acceptedAt: at(0), joinsBy: at(300), endsAt: at(4_000) },
  ...{ joinedAt: null, worker: null, listed: { state: "UNKNOWN" } },
};
const running: LaunchFacts = {
  ...starting,
  ...{ status: "RUNNING", joinedAt: at(10) },
  worker: { lastSeenAt: at(100), isStopping: false, hasWorked: true },
};

describe("a launch", () => {
  const judge = (facts: LaunchFacts, seconds: number, since = 0) =>
    judgeLaunch(facts, { now: at(seconds), since: at(since) });
  const ended = { state: "ENDED", exitCode: 0 } as const;
  const absent = { state: "ABSENT" } as const;

  test("whose worker reports goes on, whatever its provider says", () => {
    for (const listed of [ended, absent, { state: "UNKNOWN" }, { state: "ALIVE" }] as const)
      expect(judge({ ...running, listed }, 110)).toEqual({ is: "UNCHANGED" });
    expect(judge({ ...running, status: "PLANNED" }, 110)).toEqual({ is: "RUNNING" });
  });

  test("whose worker is silent has vanished when its machine is gone, or after a minute", () => {
    expect(judge(running, 130)).toEqual({ is: "UNCHANGED" });
    expect(judge({ ...running, listed: absent }, 130)).toMatchObject({ is: "ENDED", code: "VANISHED" });
    expect(judge(running, 161)).toMatchObject({ code: "VANISHED" });
    // Before 150 no report could arrive.
    expect(judge({ ...running, listed: absent }, 161, 150)).toEqual({ is: "UNCHANGED" });
  });

  test("whose worker left in order is drained; without a task, the target has none for it", () => {
    const leaving = { lastSeenAt: at(100), isStopping: true, hasWorked: true };
    expect(judge({ ...running, worker: leaving }, 116)).toMatchObject({ is: "ENDED", code: "DRAINED" });
    expect(judge({ ...running, listed: ended }, 116)).toMatchObject({ code: "DRAINED" });
    expect(judge({ ...running, worker: { ...leaving, hasWorked: false } }, 116)).toMatchObject({
      code: "NO_TASK",
    });
  });

  test("that no worker joins fails: in time, by its end, or because it is not listed", () => {
    expect(judge(starting, 300)).toEqual({ is: "UNCHANGED" });
    expect(judge(starting, 301)).toMatchObject({ is: "FAILED", code: "START_TIMEOUT" });
    expect(judge({ ...starting, listed: { state: "ENDED", exitCode: 4 } }, 20)).toMatchObject({
      ...{ is: "FAILED", code: "START_FAILED" },
      reason: "The machine ended before its worker joined, with the exit code 4",
    });
    // Providers list late.
    expect(judge({ ...starting, listed: absent }, 60)).toEqual({ is: "UNCHANGED" });
    expect(judge({ ...starting, listed: absent }, 61)).toMatchObject({ is: "FAILED", code: "VANISHED" });
  });

  test("ends after its life, even if its worker reports", () => {
    const late = { lastSeenAt: at(4_000), isStopping: false, hasWorked: true };
    expect(judge({ ...running, worker: late }, 4_001)).toMatchObject({ is: "ENDED", code: "OVERDUE" });
  });
});

test("a circuit opens for 30 s, doubling to 15 min, and at least as long as the provider asks for", () => {
  expect([1, 2, 3, 9].map((failures) => openForMs(failures, "NO_CAPACITY", null))).toEqual([
    30_000, 60_000, 120_000, 900_000,
  ]);
  expect(openForMs(1, "CREDENTIALS", null)).toBe(900_000);
  expect(openForMs(1, "RATE_LIMITED", 45_000)).toBe(45_000);
});

const target = { name: "here", kind: "LOCAL_PROCESSES", realm: "OWN" };
const http = { ...target, kind: "HTTP_ENDPOINT", settings: { url: "https://machines.acme.test" } };

test.each<[string, unknown, RegExp]>([
  ["no JSON", "{", /it is not JSON/],
  ["a missing file", "/nowhere/launches.json", /launches\.json cannot be read/],
  ["no installation", { targets: [target] }, /installation: /],
  ["a hyphen in the installation", { installation: "a-b", targets: [target] }, /lower-case letters/],
  ["an unknown field", { installation: "a", targets: [{ ...target, colour: 1 }] }, /targets\.0: .*colour/],
  ["no realm", { installation: "a", targets: [{ ...target, realm: undefined }] }, /targets\.0\.realm/],
  [
    "an unknown kind",
    { installation: "a", targets: [{ ...target, kind: "X" }] },
    /kinds are CLOUD_RUN_JOB, CLOUD_RUN_SERVICE,/,
  ],
  ["an unknown offer", { installation: "a", targets: [{ ...target, offer: "x" }] }, /has local\./],
  ["one name twice", { installation: "a", targets: [target, target] }, /two targets are named here/],
  ["a missing key", { installation: "a", targets: [http] }, /COMPUTE_ENDPOINT_KEY is not set/],
  [
    "settings of another back end",
    { installation: "a", targets: [{ ...target, settings: { url: "x" } }] },
    /the target here: LOCAL_PROCESSES: settings/,
  ],
])("settings with %s are refused in a sentence that names the remedy", async (_what, value, said) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const open = openLaunchPlan(text, {
    ...{ offers: freeOffers, publicUrl: "http://api.example", environment: {} },
    log: pino({ level: "silent" }),
  });
  await expect(open).rejects.toMatchObject({
    code: "LAUNCHES_INVALID",
    message: expect.stringMatching(said),
  });
  await expect(open).rejects.toThrow(/^COMPUTE_LAUNCHES: .* docs\/reference\/launches\.md has an example\.$/);
});

test("targets are tried in the order of the list, or from the cheapest on", async () => {
  const [offer] = freeOffers.offers;
  if (offer === undefined) throw new Error("The release has an offer.");
  const dear = { ...offer, name: "dear", rate: { ...offer.rate, slotSecond: 1_000 } };
  const deps = {
    ...{ offers: { ...freeOffers, offers: [dear, offer] }, publicUrl: "http://api.example" },
    ...{ environment: { KEY: "secret" }, log: pino({ level: "silent" }) },
  };
  const targets = [
    { ...http, name: "there", offer: "dear", settings: { ...http.settings, keyVariable: "KEY" } },
    { ...target, offer: "local" },
  ];
  const namesIn = async (order: string) => {
    const plan = await openLaunchPlan(JSON.stringify({ installation: "a", order, targets }), deps);
    expect(plan).toMatchObject({ prefix: "a-", apiUrl: "http://api.example" });
    return plan.targets.map(({ name }) => name);
  };
  expect(await namesIn("FIXED")).toEqual(["there", "here"]);
  expect(await namesIn("CHEAPEST")).toEqual(["here", "there"]);
});

const googlePlace = "settings.project, settings.image, settings";
test.each<[string, object, string]>([
  ["CLOUD_RUN_JOB", {}, `${googlePlace}.region are missing`],
  ["CLOUD_RUN_SERVICE", {}, `${googlePlace}.region are missing`],
  ["CLOUD_RUN_WORKER_POOL", {}, `${googlePlace}.region are missing`],
  ["GOOGLE_BATCH", {}, `${googlePlace}.region are missing`],
  ["VERTEX_CUSTOM_JOB", {}, `${googlePlace}.region are missing`],
  ["COMPUTE_ENGINE", {}, `${googlePlace}.zone are missing`],
  ["KUBERNETES_JOB", {}, "settings.namespace, settings.image are missing"],
  ["KUBERNETES_JOB", { namespace: "reelay", image: "worker:1" }, "Set `settings.server`, "],
  ["HTTP_ENDPOINT", {}, "settings.url is missing"],
  ["HTTP_ENDPOINT", { url: "https://acme.test" }, "Set COMPUTE_ENDPOINT_KEY for the API"],
  ["MODAL_SANDBOX", {}, "settings.image is missing"],
  ["MODAL_SANDBOX", { image: "worker:1" }, "Set MODAL_TOKEN_ID for the API"],
  ["MODAL_FUNCTION", {}, "Set MODAL_TOKEN_ID for the API"],
  ["REPLICATE", {}, "give either deployment or version"],
  ["REPLICATE", { deployment: "acme/worker" }, "Set REPLICATE_API_TOKEN for the API"],
  ["RUNPOD_POD", {}, "settings.image is missing"],
  ["RUNPOD_POD", { image: "worker:1", gpuTypes: ["NVIDIA L4"] }, "Set RUNPOD_API_KEY for the API"],
  ["RUNPOD_SERVERLESS", {}, "settings.endpointId is missing"],
  ["RUNPOD_SERVERLESS", { endpointId: "a1" }, "Set RUNPOD_API_KEY for the API"],
])("%s with the settings %j says what is missing", async (kind, settings, said) => {
  const targets = [{ name: "there", kind, realm: "OWN", settings }];
  const open = openLaunchPlan(JSON.stringify({ installation: "acme", targets }), {
    ...{ offers: freeOffers, publicUrl: "http://api.example", environment: {} },
    log: pino({ level: "silent" }),
  });
  await expect(open).rejects.toMatchObject({
    code: "LAUNCHES_INVALID",
    message: expect.stringContaining(said),
  });
});

async function openExample(of: string, change = (text: string) => text) {
  const page = await readFile(new URL(`../../docs/${of}`, import.meta.url), "utf8");
  const [, example = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  const [offer] = freeOffers.offers;
  if (offer === undefined) throw new Error("The release has an offer.");
  return await openLaunchPlan(change(example), {
    ...{
      offers: { ...freeOffers, offers: [offer, { ...offer, name: "burst" }] },
      publicUrl: "http://api.example",
    },
    ...{
      environment: {
        ...{ ACME_MACHINES_KEY: "secret", CLUSTER_TOKEN: "secret", RUNPOD_API_KEY: "secret" },
        ...{ MODAL_TOKEN_ID: "id", MODAL_TOKEN_SECRET: "secret", REPLICATE_API_TOKEN: "secret" },
      },
      log: pino({ level: "silent" }),
    },
  });
}

test("the documented examples are opened", async () => {
  const plan = await openExample("reference/launches.md");
  expect(plan.targets.map((each) => [each.name, each.maxInstances, each.afterSeconds])).toEqual([
    ["here", 2, 0],
    ["burst", 10, 30],
  ]);
  // It is for an API in the cluster.
  const outside = '"settings": { "server": "https://cluster.example", "tokenVariable": "CLUSTER_TOKEN",';
  const cluster = await openExample("how-to/start-workers-on-kubernetes.md", (text) =>
    text.replace('"settings": {', outside),
  );
  expect(cluster.targets.map(({ name, maxInstances }) => [name, maxInstances])).toEqual([["cluster", 10]]);
  for (const place of [
    ...["cloud-run-jobs", "cloud-run-worker-pools", "cloud-run-services"],
    ...["google-batch", "vertex-ai", "compute-engine"],
  ]) {
    const { targets } = await openExample(`how-to/start-workers-on-${place}.md`);
    expect(targets.map(({ name, maxInstances }) => [name, maxInstances])).toEqual([["google", 10]]);
  }
  for (const place of ["runpod", "runpod-serverless", "modal", "modal-functions", "replicate"]) {
    const { targets } = await openExample(`how-to/start-workers-on-${place}.md`);
    expect(targets.map(({ name, realm }) => [name, realm])).toEqual([[place, "THIRD_PARTY"]]);
  }
});
