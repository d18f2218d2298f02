import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { testEnv } from "../../../render-worker/testing/env.ts";
import { startModal } from "../../../tests/modal/start-modal.ts";
import { startReplicate } from "../../../tests/replicate/start-replicate.ts";
import { startRunPod } from "../../../tests/runpod/start-runpod.ts";
import { startRunPodEndpoint } from "../../../tests/runpod/start-serverless.ts";
import { backendKinds } from "../backend-kinds.ts";
import type { BackendDeps, ComputeBackend } from "../compute-backend.ts";
import { startExampleEndpoint } from "./example-endpoint.ts";
import { googleKinds, startGoogle } from "./google.ts";
import { startKubernetes } from "./kubernetes.ts";

/** One kind of back end, at a provider or at a stand-in of it, for the contract suite. */
export interface BackendUnderTest {
  kind: string;
  /** Opens it with a prefix of its own. `again` is another process of the API at the same provider. */
  open: () => Promise<{
    backend: ComputeBackend;
    again: () => ComputeBackend;
    prefix: string;
    close: () => Promise<void>;
  }>;
}

/** Opens a kind of back end as the API does. Secrets come from `environment`; `write` receives its log. */
export function openBackend(
  kind: string,
  settings: unknown,
  prefix: string,
  environment: Readonly<Record<string, string>> = {},
  write?: (line: string) => void,
): ComputeBackend {
  const found = backendKinds.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`${kind} is not registered in backend-kinds.ts.`);
  const deps: BackendDeps = {
    prefix,
    secret: (variable) => environment[variable] ?? "",
    environment: testEnv,
    log: write === undefined ? pino({ level: "silent" }) : pino({ base: null }, { write }),
  };
  return found.open(settings, deps);
}

let opened = 0;
export const nextPrefix = (): string => `t${process.pid}x${opened++}-`;

const localProcesses: BackendUnderTest = {
  kind: "LOCAL_PROCESSES",
  async open() {
    const directory = await mkdtemp(join(tmpdir(), "reelay-compute-"));
    const program = join(directory, "program.mjs");
    // Stands in for the worker, which ends by itself at a signal.
    await writeFile(program, "setInterval(() => {}, 1_000);\n");
    const prefix = nextPrefix();
    const open = () => openBackend("LOCAL_PROCESSES", { program }, prefix);
    const backend = open();
    return {
      ...{ backend, prefix, again: open },
      async close() {
        await backend[Symbol.asyncDispose]();
        await rm(directory, { recursive: true });
      },
    };
  },
};

const httpEndpointUnderTest: BackendUnderTest = {
  kind: "HTTP_ENDPOINT",
  async open() {
    const server = await startExampleEndpoint({ program: "setInterval(() => {}, 1_000);\n" });
    const prefix = nextPrefix();
    const open = () => openBackend("HTTP_ENDPOINT", { url: server.url }, prefix, server.environment);
    return { backend: open(), again: open, prefix, close: () => server[Symbol.asyncDispose]() };
  },
};

const kubernetesJobUnderTest: BackendUnderTest = {
  kind: "KUBERNETES_JOB",
  async open() {
    const cluster = await startKubernetes();
    const prefix = nextPrefix();
    const open = () => openBackend("KUBERNETES_JOB", cluster.settings, prefix);
    return { backend: open(), again: open, prefix, close: () => cluster[Symbol.asyncDispose]() };
  },
};

const googleUnderTest = googleKinds.map(
  (kind): BackendUnderTest => ({
    kind,
    async open() {
      const cloud = await startGoogle(kind);
      const prefix = nextPrefix();
      const open = () => openBackend(kind, cloud.settings, prefix);
      const close = async () => await cloud[Symbol.asyncDispose]();
      return { backend: open(), again: open, prefix, close };
    },
  }),
);

const runpodPodUnderTest: BackendUnderTest = {
  kind: "RUNPOD_POD",
  async open() {
    const runpod = await startRunPod();
    const prefix = nextPrefix();
    const settings = {
      image: "registry.test/reelay-worker:1",
      gpuTypes: ["NVIDIA L4"],
      endpoint: runpod.url,
    };
    const open = () => openBackend("RUNPOD_POD", settings, prefix, { RUNPOD_API_KEY: runpod.key });
    return { backend: open(), again: open, prefix, close: async () => await runpod[Symbol.asyncDispose]() };
  },
};

const runpodServerlessUnderTest: BackendUnderTest = {
  kind: "RUNPOD_SERVERLESS",
  async open() {
    const runpod = await startRunPodEndpoint();
    const prefix = nextPrefix();
    const settings = { endpointId: runpod.endpointId, endpoint: runpod.url };
    const open = () => openBackend("RUNPOD_SERVERLESS", settings, prefix, { RUNPOD_API_KEY: runpod.key });
    return { backend: open(), again: open, prefix, close: async () => await runpod[Symbol.asyncDispose]() };
  },
};

const replicateUnderTest: BackendUnderTest = {
  kind: "REPLICATE",
  async open() {
    const api = await startReplicate();
    const prefix = nextPrefix();
    const settings = { deployment: api.deployment, endpoint: api.url };
    const open = () => openBackend("REPLICATE", settings, prefix, { REPLICATE_API_TOKEN: api.key });
    return { backend: open(), again: open, prefix, close: async () => await api[Symbol.asyncDispose]() };
  },
};

const modalUnderTest = (kind: string, settings: object): BackendUnderTest => ({
  kind,
  async open() {
    const api = await startModal();
    const prefix = nextPrefix();
    const open = () => openBackend(kind, settings, prefix, api.environment);
    return { backend: open(), again: open, prefix, close: async () => await api[Symbol.asyncDispose]() };
  },
});

/** A new back end adds a line. */
export const backendsUnderTest: readonly BackendUnderTest[] = [
  localProcesses,
  httpEndpointUnderTest,
  kubernetesJobUnderTest,
  ...googleUnderTest,
  runpodPodUnderTest,
  runpodServerlessUnderTest,
  replicateUnderTest,
  modalUnderTest("MODAL_SANDBOX", { image: "registry.test/reelay-worker:1" }),
  modalUnderTest("MODAL_FUNCTION", {}),
];
