import path from "node:path";
import { startFakeGcs } from "../../fake-gcs/fake-gcs.ts";
import { type FaultProxy, startFaultProxy } from "../../faults/fault-proxy.ts";
import { freePort } from "../../kit/free-port.ts";
import { SPLIT_ABOVE_SECONDS } from "../load/clips.ts";
import { startPostgresPart } from "../processes/postgres.ts";
import { Supervised } from "../processes/supervised.ts";
import { brokerCommand } from "../processes/system.ts";

/** One API and one worker on Cloud Storage's test server, which both reach through one proxy. */
export interface StoreSystem extends AsyncDisposable {
  origin: string;
  postgresUrl: string;
  proxy: FaultProxy;
  /** Direct address of the bucket without the proxy, for checks. */
  bucketUrl: string;
  processes: readonly Supervised[];
  /** Logs of the processes. */
  logs: readonly string[];
}

const root = path.join(import.meta.dirname, "../../..");

/** Starts everything below `folder`, with a proxy that is still fault-free. */
export async function startStoreSystem(folder: string, seed: number): Promise<StoreSystem> {
  await using starting = new AsyncDisposableStack();
  const server = await startFakeGcs("media");
  starting.defer(server.stop);
  const proxy = starting.use(await startFaultProxy(server.endpoint, { seed }));
  const postgres = starting.use(await startPostgresPart(folder));
  const brokerPort = await freePort();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const bucketUrl = `${server.endpoint}/media/`;
  const shared = {
    PATH: [path.dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    METADATA_SERVER_DETECTION: "none",
    PUBSUB_EMULATOR_HOST: `127.0.0.1:${brokerPort}`,
    STORE: "gcs",
    GCS_BUCKET: "media",
    GCS_API_ENDPOINT: proxy.url,
    MEDIA_BASE_URL: bucketUrl,
    PUBLIC_URL: origin,
    TMPDIR: folder,
  };
  const api = {
    ...{ DATABASE_URL: postgres.url, SECRETS_KEY: "none", HOST: "127.0.0.1", PORT: String(port) },
    SPLIT_ABOVE: String(SPLIT_ABOVE_SECONDS),
  };
  const worker = { WORKER_ID: "worker-1", WORK_DIR: path.join(folder, "work") };
  const node = (file: string): [string, ...string[]] => [
    process.execPath,
    "--no-deprecation",
    path.join(root, file),
  ];
  const commands = [
    await brokerCommand("embedded", brokerPort, folder),
    { name: "api-1", command: node("src/main.ts"), env: { ...shared, ...api }, folder },
    { name: "worker-1", command: node("render-worker/main.ts"), env: { ...shared, ...worker }, folder },
  ];
  const processes: Supervised[] = [];
  for (const command of commands) {
    const part = starting.use(new Supervised(command));
    await part.start();
    processes.push(part);
  }
  const held = starting.move();
  return {
    origin,
    postgresUrl: postgres.url,
    proxy,
    bucketUrl,
    processes,
    logs: processes.map(({ name }) => path.join(folder, "logs", `${name}.log`)),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
