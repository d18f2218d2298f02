import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { freePort } from "../../kit/free-port.ts";
import { buildPstest } from "../../pstest/start-pstest.ts";
import { SPLIT_ABOVE_SECONDS } from "../load/clips.ts";
import { TcpProxy } from "../proxy/tcp-proxy.ts";
import { type PostgresPart, startPostgresPart } from "./postgres.ts";
import { openStoreVolume, type StoreVolume } from "./store-volume.ts";
import { type Command, Supervised } from "./supervised.ts";

export type BrokerKind = "embedded" | "pstest";

/** The system under test: real processes connected through our own proxies. */
export interface System extends AsyncDisposable {
  folder: string;
  postgres: PostgresPart;
  broker: Supervised;
  /** Direct address of the broker without proxies, for checks and republishers. */
  brokerAddress: string;
  apis: Supervised[];
  workers: Supervised[];
  /** Links between parts, named like `worker-1>broker`. */
  links: TcpProxy[];
  /** Addresses of the APIs for clients, through their proxies. */
  origins: string[];
  store: StoreVolume;
  /** Folder of the workers' temporary files. */
  workDirectory: string;
  /** Copies the processes' logs. */
  keepLogs(to: string): Promise<void>;
}

const root = path.join(import.meta.dirname, "../../..");

/** Starts Postgres, broker, APIs and workers. The caller checks that they answer. */
export async function startSystem(options: {
  folder: string;
  brokerKind: BrokerKind;
  apis: number;
  workers: number;
  storeMiB: number;
}): Promise<System> {
  const { folder } = options;
  await using starting = new AsyncDisposableStack();
  const link = async (name: string, port: number) => starting.use(await TcpProxy.listen(name, port));
  const run = async (command: Command) => {
    const part = starting.use(new Supervised(command));
    await part.start();
    return part;
  };
  const store = starting.use(await openStoreVolume(folder, options.storeMiB));
  const postgres = starting.use(await startPostgresPart(folder));
  const brokerPort = await freePort();
  const broker = await run(await brokerCommand(options.brokerKind, brokerPort, folder));
  const workDirectory = path.join(folder, "work");
  await mkdir(workDirectory);

  const ports = await Promise.all(Array.from({ length: options.apis }, () => freePort()));
  const front = await Promise.all(ports.map((port, index) => link(`client>api-${index + 1}`, port)));
  const links = [...front];
  const origins = front.map(({ port }) => `http://127.0.0.1:${port}`);
  const shared = (brokerLink: TcpProxy) => ({
    PATH: [path.dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    METADATA_SERVER_DETECTION: "none",
    PUBSUB_EMULATOR_HOST: `127.0.0.1:${brokerLink.port}`,
    STORE_DIRECTORY: store.directory,
    // One address for all, as behind a load balancer; the harness's clients choose among the origins
    // themselves.
    PUBLIC_URL: origins[0] ?? "",
    FETCH_ALLOW_PRIVATE: "127.0.0.1",
    TMPDIR: workDirectory,
  });
  const node = (file: string): Command["command"] => [
    ...(store.enter as [string]),
    process.execPath,
    "--no-deprecation",
    path.join(root, file),
  ];

  const apis: Supervised[] = [];
  for (const [index, port] of ports.entries()) {
    const name = `api-${index + 1}`;
    const toBroker = await link(`${name}>broker`, brokerPort);
    const toPostgres = await link(`${name}>postgres`, postgres.port);
    links.push(toBroker, toPostgres);
    const database = new URL(postgres.url);
    database.port = String(toPostgres.port);
    const env = {
      ...shared(toBroker),
      DATABASE_URL: database.href,
      SECRETS_KEY: "none",
      HOST: "127.0.0.1",
      PORT: String(port),
      SPLIT_ABOVE: String(SPLIT_ABOVE_SECONDS),
    };
    apis.push(await run({ name, command: node("src/main.ts"), env, folder }));
  }
  const workers: Supervised[] = [];
  for (let number = 1; number <= options.workers; number += 1) {
    const name = `worker-${number}`;
    const toBroker = await link(`${name}>broker`, brokerPort);
    links.push(toBroker);
    const env = { ...shared(toBroker), WORKER_ID: name, WORK_DIR: workDirectory };
    workers.push(await run({ name, command: node("render-worker/main.ts"), env, folder }));
  }
  const brokerAddress = `127.0.0.1:${brokerPort}`;
  const held = starting.move();
  return {
    folder,
    postgres,
    broker,
    brokerAddress,
    apis,
    workers,
    links,
    origins,
    store,
    workDirectory,
    async keepLogs(to) {
      await cp(path.join(folder, "logs"), to, { recursive: true });
      await cp(path.join(folder, "postgres/postgres.log"), path.join(to, "postgres.log"));
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** The broker as a process that listens on `port`. */
export async function brokerCommand(kind: BrokerKind, port: number, folder: string): Promise<Command> {
  const env = { METADATA_SERVER_DETECTION: "none" };
  if (kind === "pstest") {
    return { name: "broker", command: [await buildPstest(), String(port)], env, folder, readsInput: true };
  }
  const file = path.join(import.meta.dirname, "broker-process.ts");
  return { name: "broker", command: [process.execPath, "--no-deprecation", file, String(port)], env, folder };
}
