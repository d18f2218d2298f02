import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBroker } from "../../embedded/broker/index.ts";
import { createApiKey } from "../../src/auth/api-keys.ts";
import { createDatabase } from "../../src/database/database.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import { freePort } from "./free-port.ts";
import { startProcess, type TestProcess } from "./start-process.ts";
import { createTestDatabase } from "./test-database.ts";

/** An API process that the balancer knows. */
export interface ApiProcess extends TestProcess {
  url: string;
}

/**
 * API and worker processes as in production, behind a load balancer, on a database, a broker and a store
 * folder of the test's own.
 */
export async function startFleet() {
  const stack = new AsyncDisposableStack();
  const directory = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-fleet-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const database = stack.use(await createTestDatabase());
  const broker = stack.use(await createBroker());
  const balancer: Balancer = stack.use(await startBalancer());
  const db = stack.adopt(createDatabase(database.url, { poolSize: 2 }), (client) => client.$disconnect());
  const { id: workspaceId } = await db.workspace.create({ data: { name: "ours" } });
  const { token } = await createApiKey(db, { workspaceId, name: "ours", scopes: ["ADMIN", "OPERATOR"] });
  const storeDirectory = join(directory, "store");
  const environment = {
    PUBLIC_URL: balancer.url,
    PUBSUB_EMULATOR_HOST: broker.address,
    SECRETS_KEY: randomBytes(32).toString("base64"),
    STORE_DIRECTORY: storeDirectory,
  };
  return {
    url: balancer.url,
    token,
    db,
    directory,
    storeDirectory,
    balancer,
    /** Resolves when the balancer has it in its rotation. */
    async startApi(env: Readonly<Record<string, string>> = {}): Promise<ApiProcess> {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const own = { HOST: "127.0.0.1", PORT: String(port), DATABASE_URL: database.url };
      const api = stack.use(startProcess("src/main.ts", { ...environment, ...own, ...env }));
      await api.logged("api.listening");
      balancer.add(url);
      return { ...api, url };
    },
    /** Resolves when it takes tasks. */
    async startWorker(workerId: string, env: Readonly<Record<string, string>> = {}): Promise<TestProcess> {
      const own = { WORKER_ID: workerId, WORK_DIR: join(directory, "work"), REELAY_DATA_DIR: directory };
      const worker = stack.use(startProcess("render-worker/main.ts", { ...environment, ...own, ...env }));
      await worker.logged("worker.started");
      return worker;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>;
