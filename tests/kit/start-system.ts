import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPubSubMessaging } from "@reelay/messaging";
import { createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { createWorker, type FfmpegTools, type WorkerConfig } from "@reelay/render-worker";
import { type Logger, pino } from "pino";
import { createBroker } from "../../embedded/broker/index.ts";
import { createNoJail } from "../../render-worker/jail/no-jail.ts";
import { testJail, testKinds } from "../../render-worker/testing/kit.ts";
import { schema } from "../../schema/index.ts";
import { type Api, startApi } from "../../src/api/start-api.ts";
import { createApiKey } from "../../src/auth/api-keys.ts";
import type { KindRegistry } from "../../src/jobs/kind-operations.ts";
import { createApiClient } from "./api-client.ts";
import { freePort } from "./free-port.ts";
import { createTestDatabase } from "./test-database.ts";

type KindOptions = Parameters<typeof testKinds>[0];

export interface SystemOptions {
  /** Hosts and addresses that URL sources may name. Default `127.0.0.1`, where tests serve their files. */
  allowPrivate?: string[];
  /** Workers to start. Default 1. */
  workers?: number;
  /** Of API and workers. Default silent. */
  log?: Logger;
  /** Longer videos are cut into tasks. Default 30 s. */
  wholeUpToMs?: number;
  /** Of the API. Default: those of this release. */
  kinds?: KindRegistry;
  /** Machines with their prices, a file. Default: one that costs nothing. */
  offersFile?: string;
  /** `COMPUTE_LAUNCHES`, and the secrets that it names. Default: no workers are rented. */
  launches?: { settings: string; environment: Readonly<Record<string, string>> };
}

/** The whole system on real parts: Postgres, broker, local store, API and workers in this process. */
export async function startSystem({
  allowPrivate = ["127.0.0.1"],
  workers = 1,
  log = pino({ level: "silent" }),
  wholeUpToMs = 30_000,
  kinds: apiKinds,
  offersFile,
  launches,
}: SystemOptions = {}) {
  const stack = new AsyncDisposableStack();
  const directory = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-system-")), (path) =>
    rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  );
  const database = stack.use(await createTestDatabase());
  const broker = stack.use(await createBroker());
  const pubsub = { projectId: "reelay", emulatorHost: broker.address, prefix: "reelay-" };
  const storeDirectory = join(directory, "store");

  async function startOneApi(): Promise<Api> {
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    const store = { kind: "local" as const, directory: storeDirectory, publicBaseUrl: `${publicUrl}/media/` };
    const uploads = { maxBytes: 5e9, expiryMs: 3_600_000 };
    return await startApi(
      {
        host: "127.0.0.1",
        port,
        publicUrl,
        databaseUrl: database.url,
        secretKeys: [],
        isDevelopment: false,
        corsOrigins: ["*"],
        logLevel: "silent",
        pubsub,
        store,
        uploads,
        eventRetentionMs: 86_400_000,
        allowPrivateUrls: allowPrivate,
        quotas: { activeJobs: null, runningTasks: null },
        split: { wholeUpToMs },
        prices: { offersFile },
        ...(launches && { launches }),
      },
      log,
      { schema, ...(apiKinds && { kinds: apiKinds }) },
    );
  }

  const api = stack.use(await startOneApi());

  /**
   * `wrapStore` stands between the worker and the store, to break it; `tools` are in place of those that
   * tests use, `prepare` in place of the kinds.
   */
  async function startOneWorker(
    overrides: Partial<WorkerConfig> = {},
    wrapStore: (store: ObjectStore) => ObjectStore = (store) => store,
    tools?: FfmpegTools,
    prepare = (options: KindOptions) => testKinds(options, tools),
  ): Promise<AsyncDisposable> {
    const held = new AsyncDisposableStack();
    const workerId = `test-${crypto.randomUUID().slice(0, 8)}`;
    const messaging = held.use(createPubSubMessaging(pubsub));
    const publicBaseUrl = `${api.url}/media/`;
    const store = wrapStore(held.use(createLocalObjectStore({ directory: storeDirectory, publicBaseUrl })));
    const config: WorkerConfig = {
      workerId,
      hostname: "test",
      version: "0.0.0",
      pools: ["cpu"],
      slots: 1,
      workDirectory: join(directory, "work", workerId),
      limits: { sourceBytes: 5e9, sourceDurationMs: 3_600_000, sourcePixels: 36_000_000 },
      fetch: { timeoutMs: 60_000, allowPrivate },
      heartbeatMs: 1_000,
      progressMs: 100,
      stallTimeoutMs: 60_000,
      // Nothing is measured afterwards: that would slow down what runs beside it.
      quiet: { quietMs: 3_600_000, patienceMs: 3_600_000 },
      ...overrides,
    };
    // A script that stands in for ffmpeg needs more than a jail shows.
    const jail = tools ? createNoJail() : await testJail();
    const kinds = await prepare({ config, jail, log });
    const worker = held.use(createWorker({ messaging, store, config, log, kinds, jail }));
    await worker.start();
    return held;
  }

  for (let index = 0; index < workers; index += 1) stack.use(await startOneWorker());

  async function createKey(name: string) {
    const { id: workspaceId } = await api.db.workspace.create({ data: { name } });
    return createApiKey(api.db, { workspaceId, name, scopes: ["ADMIN", "OPERATOR"] });
  }
  const { token } = await createKey("ours");

  return {
    api,
    db: api.db,
    /** For processes that join it. */
    pubsub,
    directory,
    storeDirectory,
    /** Of the broker, for processes of the test's own. */
    pubsubAddress: broker.address,
    /** The API key of `client`. */
    token,
    client: createApiClient(api.url, token),
    /** A client of another workspace. */
    stranger: async () => createApiClient(api.url, (await createKey("theirs")).token),
    clientOf: (other: Api) => createApiClient(other.url, token),
    /** The API's metrics, as Prometheus reads them. */
    scrape: async () =>
      (await fetch(`${api.url}/metrics`, { headers: { Authorization: `Bearer ${token}` } })).text(),
    startApi: startOneApi,
    startWorker: startOneWorker,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export type System = Awaited<ReturnType<typeof startSystem>>;
