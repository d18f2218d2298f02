/**
 * Credentials in planted places: providers that repeat all that they receive, in whatever form, bring none of
 * them into an error, a log, a row or an answer of the API.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { inspect } from "node:util";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import { type Modal, startModal } from "../../tests/modal/start-modal.ts";
import { createApiKey } from "../auth/index.ts";
import { backendKinds, type ComputeBackend, LaunchError } from "../compute/index.ts";
import { openBackend } from "../compute/testing/adapters.ts";
import { createLauncher, type LaunchTarget, readTargets } from "../launches/index.ts";
import { freeOffers } from "../prices/index.ts";
import { createSecretBox } from "../secrets/index.ts";

/** All of it that no text may have. */
const CORE = "S3cr3tC0re";
const KEY = `key/"${CORE}"+x==`;
const JOIN = `rj_${CORE}${"j".repeat(33)}`;
const MODAL_KEY = "as-of-the-account";

/** How a provider repeats a text. */
const repeats = {
  "as it is": (said: string) => said,
  "as JSON": (said: string) => JSON.stringify(said),
  "as part of an address": (said: string) => encodeURIComponent(said),
  "in base64": (said: string) =>
    said.replaceAll(/key\/\S+==|rj_\w+/g, (secret) => Buffer.from(secret).toString("base64")),
};

let answer: { status: number; body: (said: string) => string } | null = null;
const provider = createServer((request, response) => {
  void (async () => {
    if (request.url?.startsWith("/computeMetadata/")) {
      const token = { access_token: KEY, expires_in: 3_600, token_type: "Bearer" };
      return response
        .writeHead(200, { "content-type": "application/json", "metadata-flavor": "Google" })
        .end(JSON.stringify(token));
    }
    const said = `${request.url} ${JSON.stringify(request.headers)} ${request.headers.authorization} ${await text(request)}`;
    if (answer === null) return request.socket.destroy();
    return response
      .writeHead(answer.status, { "content-type": "application/json", location: "/elsewhere" })
      .end(answer.body(said));
  })();
});
let address: string;
let modal: Modal;
let api: TestApi;
const logged: string[] = [];
const log = pino({ base: null, level: "trace" }, { write: (line) => void logged.push(line) });
const before = { ...process.env };
beforeAll(async () => {
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  const { port } = provider.address() as AddressInfo;
  address = `http://127.0.0.1:${port}`;
  process.env["GCE_METADATA_HOST"] = `127.0.0.1:${port}`;
  process.env["METADATA_SERVER_DETECTION"] = "assume-present";
  modal = await startModal();
  api = await createTestApi();
});
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await modal[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
  for (const name of ["GCE_METADATA_HOST", "METADATA_SERVER_DETECTION"])
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
});

const google = { project: "acme-video-1", image: "registry.test/worker:1" };
const image = "registry.test/worker:1";
const settingsOf: Readonly<Record<string, () => object>> = {
  CLOUD_RUN_JOB: () => ({ ...google, region: "europe-west4", endpoint: address }),
  CLOUD_RUN_SERVICE: () => ({ ...google, region: "europe-west4", endpoint: address }),
  CLOUD_RUN_WORKER_POOL: () => ({ ...google, region: "europe-west4", endpoint: address }),
  COMPUTE_ENGINE: () => ({ ...google, zone: "europe-west4-a", endpoint: address }),
  GOOGLE_BATCH: () => ({ ...google, region: "europe-west4", endpoint: address }),
  VERTEX_CUSTOM_JOB: () => ({ ...google, region: "europe-west4", endpoint: address }),
  HTTP_ENDPOINT: () => ({ url: address, keyVariable: "PLANTED" }),
  // It speaks TLS only, so that nothing answers it here.
  KUBERNETES_JOB: () => ({
    ...{ server: address.replace("http:", "https:"), tokenVariable: "PLANTED", namespace: "reelay", image },
    timeoutSeconds: 5,
  }),
  LOCAL_PROCESSES: () => ({ program: "/nowhere/worker.ts", environment: { PLANTED: KEY } }),
  MODAL_FUNCTION: () => ({}),
  MODAL_SANDBOX: () => ({ image }),
  REPLICATE: () => ({ deployment: "acme/worker", keyVariable: "PLANTED", endpoint: address }),
  RUNPOD_POD: () => ({ image, gpuTypes: ["NVIDIA L4"], keyVariable: "PLANTED", endpoint: address }),
  RUNPOD_SERVERLESS: () => ({ endpointId: "a1", keyVariable: "PLANTED", endpoint: address }),
};

const open = (kind: string): ComputeBackend =>
  openBackend(kind, settingsOf[kind]?.(), "acme-", { ...modal.environment, PLANTED: KEY }, (line) =>
    logged.push(line),
  );

/** Nothing planted is in the text, in any of the forms. */
function expectClean(shown: string): void {
  for (const planted of [CORE, MODAL_KEY]) {
    const at = shown.indexOf(planted);
    expect(at === -1 ? "" : shown.slice(Math.max(0, at - 200), at + 50)).toBe("");
  }
  for (const planted of [KEY, JOIN]) expect(shown).not.toContain(Buffer.from(planted).toString("base64"));
}

/** An error as logs may show it. */
const showError = (error: unknown): string =>
  `${inspect(error, { depth: 9 })} ${JSON.stringify(pino.stdSerializers.err(error as Error))}`;

const order = {
  name: "acme-0198c3f2-0000-7000-8000-000000000001",
  environment: { WORKER_MODE: "drain", WORKER_JOIN_TOKEN: JOIN, WORKER_API_URL: "http://api.test" },
  secretVariables: ["WORKER_JOIN_TOKEN"],
  endsWithinSeconds: 300,
};

async function callAll(kind: string): Promise<number> {
  await using backend = open(kind);
  const signal = AbortSignal.timeout(60_000);
  const machine = { name: order.name, ref: "ref-1" };
  let refused = 0;
  for (const call of [
    () => backend.check(signal),
    () => backend.launch(order, signal),
    () => backend.list(signal, [machine]),
    () => backend.stop(machine, signal),
  ]) {
    const error = await call().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) continue;
    refused += 1;
    expect(error, showError(error)).toBeInstanceOf(LaunchError);
    expectClean(showError(error));
  }
  expectClean(logged.join(""));
  return refused;
}

test("secrets are planted for every kind of back end", () => {
  expect(Object.keys(settingsOf).toSorted()).toEqual(backendKinds.map(({ kind }) => kind).toSorted());
});

const web = backendKinds.map(({ kind }) => kind).filter((kind) => !/^(MODAL|LOCAL|KUBERNETES)_/.test(kind));

describe.each(web)("%s", (kind) => {
  test.each(Object.entries(repeats))("shows no secret that is repeated %s", async (_how, repeat) => {
    const shapes: ReadonlyArray<(said: string) => string> = [
      (said) => `refused: ${repeat(said)}`,
      (said) =>
        JSON.stringify({ message: repeat(said), detail: repeat(said), error: { message: repeat(said) } }),
      (said) =>
        JSON.stringify({ [repeat(said)]: 1, name: repeat(said), status: repeat(said), id: repeat(said) }),
    ];
    for (const status of [200, 401, 500])
      for (const body of shapes) {
        answer = { status, body };
        await callAll(kind);
      }
  });

  test("shows no secret when the connection breaks, or when the key has a line break", async () => {
    answer = null;
    expect(await callAll(kind)).toBe(4);
  });
});

test.each(["MODAL_SANDBOX", "MODAL_FUNCTION"])("%s shows no secret that Modal repeats", async (kind) => {
  for (const method of ["SandboxCreateV2", "FunctionMap", "AppGetOrCreate", "FunctionGet", "SandboxList"])
    for (const status of [3, 5, 7, 8, 13, 16]) {
      const details = `${method} ${MODAL_KEY} ${JOIN} ${JSON.stringify(modal.environment)}`;
      await modal.fail({ method, status, details });
      await callAll(kind);
    }
});

test.each(["KUBERNETES_JOB", "LOCAL_PROCESSES"])("%s shows no secret", async (kind) => {
  await callAll(kind);
});

test("after refusals of every kind, no row, no log and no answer of the API has a secret", async () => {
  const [offer] = freeOffers.offers;
  if (offer === undefined) throw new Error("The release has an offer.");
  const settings: Omit<LaunchTarget, "name" | "kind" | "backend"> = {
    ...{ realm: "OWN", maxInstances: 1, afterSeconds: 0, startTimeoutSeconds: 60, idleExitSeconds: 20 },
    ...{ maxLifeSeconds: 600, environment: {}, offer },
  };
  const targets = backendKinds.map(({ kind }): LaunchTarget => {
    const name = kind.toLowerCase().replaceAll("_", "-");
    return Object.assign({ name, kind, backend: open(kind) }, settings);
  });
  await modal.fail({ method: "SandboxCreateV2", status: 7, details: `no ${MODAL_KEY}` });
  answer = {
    status: 401,
    body: (said) => JSON.stringify({ message: said, error: { message: said }, detail: said }),
  };
  let now = new Date();
  const plan = { prefix: "acme-", apiUrl: "http://api.test", targets };
  const secrets = createSecretBox([new Uint8Array(32).fill(7)]);
  const launcher = createLauncher({
    ...{ db: api.db, clock: () => now, secrets, plan, log, hourMicros: null, maxRunningTasks: null },
  });
  const { token: key } = await createApiKey(api.db, {
    ...{ workspaceId: api.ours.id, name: "operator", scopes: ["OPERATOR", "ADMIN"] },
  });
  await api.ask(
    `mutation { createVideo(input: { title: "clip", source: { url: { url: "https://example.com/clip.mp4" } } }) { __typename } }`,
    {},
    key,
  );
  const signal = AbortSignal.timeout(200_000);
  const refused = () => api.db.launchTarget.count({ where: { failures: { gt: 0 } } });
  for (let pass = 0; pass < 60 && (await refused()) < web.length; pass += 1) {
    now = new Date(now.getTime() + 5_000);
    await launcher.plan();
    for (const target of targets) await launcher.serve(target, signal);
  }
  expect(await refused()).toBeGreaterThanOrEqual(web.length);
  const read = await api.ask(
    `{ launches(first: 100) { nodes { target endCode endReason passedOver { code reason } } }
      events(first: 100) { nodes { type } } videos(first: 1) { nodes { jobs { waitReason } } } }`,
    {},
    key,
  );
  expectClean(JSON.stringify(read));
  const viewer = { apiKeyId: "", workspaceId: api.ours.id, scopes: ["OPERATOR" as const] };
  const shown = await readTargets({ db: api.db, clock: () => now, launchPlan: plan }, viewer);
  expect(shown.filter(({ reason }) => reason !== null).length).toBeGreaterThanOrEqual(web.length);
  expectClean(JSON.stringify(shown));
  for (const rows of [
    await api.db.launchTarget.findMany(),
    await api.db.launchWait.findMany(),
    await api.db.event.findMany(),
    await api.db.launch.findMany({ omit: { secondPico: true } }),
  ])
    expectClean(
      JSON.stringify(rows, (_name, value: unknown) => (typeof value === "bigint" ? `${value}` : value)),
    );
  expectClean(logged.join(""));
  for (const { backend } of targets) await backend[Symbol.asyncDispose]();
});
