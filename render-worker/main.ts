import {
  assertCredentials,
  createPubSubMessaging,
  isBrokerAway,
  type Messaging,
  retryWhileAway,
} from "@reelay/messaging";
import {
  assertReachable,
  createGcsObjectStore,
  createLocalObjectStore,
  type ObjectStore,
} from "@reelay/object-store";
import {
  credentialsPart,
  endOnCrash,
  explainStart,
  restrictUmask,
  startParts,
  startStep,
  toSentence,
  waitForSignal,
} from "@reelay/process";
import { createLogger, startTracing } from "@reelay/telemetry";
import type { Logger } from "pino";
import { processEnvironment, readWorkerEnv, type WorkerEnv } from "./env.ts";
import { createWorkerMetrics, joinRunningSystem, startStatusServer } from "./host/index.ts";
import { createJail, type Jail, logJail } from "./jail/index.ts";
import { prepareKinds } from "./kinds/index.ts";
import { type FfmpegTools, versionWarnings } from "./media/ffmpeg/index.ts";
import { findTools } from "./media/tools/index.ts";
import { createWorker, type Worker } from "./worker.ts";

/** How long a worker waits at its start for a broker that is away. */
const startPatienceMs = 300_000;
/** How long a worker takes to stop, its grace not counted. */
const stopWithinMs = 10_000;
/** How long a worker that crashed takes to hand its tasks back. */
const handBackMs = 7_000;
/** How long an interrupted ffmpeg may take to end, and a little to spare. */
const encoderEndMs = 600;

/**
 * A worker process of its own: environment, adapters, worker, signals. Ends with 0 after a signal, with 1
 * when it cannot start, when it could not stop in time, when it met an exception that nothing caught, and at
 * a second signal, which ends it at once: the lease then runs out.
 */
async function main(): Promise<void> {
  restrictUmask();
  const joined = await joinRunningSystem(processEnvironment);
  if (!joined.ok) return refuse([joined.error]);
  const read = readWorkerEnv(joined.environment);
  if (!read.ok) return refuse(read.errors);
  const { env } = read;
  const log = createLogger({ level: env.logLevel });
  let worker: Worker | undefined;
  endOnCrash({
    log: (fields) => log.fatal(fields, "process.crashed"),
    handBack: () => handBack(worker),
    withinMs: handBackMs,
  });
  const stopping = new AbortController();
  const stopped = waitForSignal(() => {
    worker?.interrupt();
    // By then ffmpeg is gone.
    setTimeout(() => process.exit(1), encoderEndMs);
  }).then((signal) => {
    const withinMs = (env.worker.shutdownGraceMs ?? 0) + stopWithinMs;
    log.info({ signal, withinMs }, "worker.stopping");
    stopping.abort();
    setTimeout(() => {
      log.warn({ withinMs }, "worker.cut-short");
      process.exit(1);
    }, withinMs).unref();
  });

  const parts = startParts(env);
  const credentials = credentialsPart(env);
  if (credentials !== null) await startStep(credentials, assertCredentials);
  await using resources = new AsyncDisposableStack();
  resources.use(await startTracing(env.tracing, log));
  const jail = await createJail(env.jail);
  logJail(log, jail);
  const metrics = createWorkerMetrics();
  const kinds = await prepareKinds({
    config: env.worker,
    jail,
    log,
    metrics,
    findFfmpeg: () => findFfmpeg(env, jail, log),
  });
  const store = await startStep(parts.store, async () => {
    const opened = resources.use(createStore(env.store));
    await assertReachable(opened);
    return opened;
  });
  const messaging = resources.use(createMessaging(env.pubsub, log));
  await startStep(parts.broker, () =>
    retryWhileAway(() => messaging.provision(), {
      patienceMs: startPatienceMs,
      signal: stopping.signal,
      isAway: isBrokerAway,
      onAway: (error) =>
        log.warn({ reason: explainStart(parts.broker, error) ?? toSentence(error) }, "start.broker-away"),
    }),
  );
  const started = resources.use(
    createWorker({ messaging, store, config: env.worker, log, kinds, jail, metrics }),
  );
  worker = started;
  const workFolder = { kind: "folder", variable: "WORK_DIR", path: env.worker.workDirectory } as const;
  await startStep(workFolder, () => started.start());
  if (env.metricsPort !== undefined) {
    const pingBroker = (signal: AbortSignal) => messaging.ping(signal);
    const isTaking = () => started.isTaking;
    const options = { port: env.metricsPort, metrics, isTaking, pingBroker };
    const portPart = { kind: "port", variable: "METRICS_PORT", port: env.metricsPort } as const;
    const { port } = resources.use(await startStep(portPart, () => startStatusServer(options)));
    log.info({ port }, "worker.listening");
  }
  await stopped;
}

async function findFfmpeg(env: WorkerEnv, jail: Jail, log: Logger): Promise<FfmpegTools> {
  const tools = await findTools(env.tools, {
    jail,
    onRefused: (what, reason) => log.info({ what, reason }, "encoder.refused"),
  });
  const { ffmpeg, ffprobe, encoders, capabilities } = tools;
  log.info({ ffmpeg, ffprobe, encoders, devices: capabilities.devices }, "ffmpeg.found");
  for (const warning of versionWarnings(tools)) log.warn({ warning }, "ffmpeg.outdated");
  return tools;
}

/** Reports what runs as `INTERRUPTED`, which costs no try. */
async function handBack(worker: Worker | undefined): Promise<void> {
  const stopped = worker?.[Symbol.asyncDispose]();
  worker?.interrupt();
  await stopped;
}

function refuse(errors: string[]): void {
  for (const error of errors) process.stderr.write(`${error}\n`);
  process.exitCode = 1;
}

await main().catch((error: unknown) => refuse([toSentence(error)]));

/** The store that the environment names. */
function createStore(store: WorkerEnv["store"]): ObjectStore {
  return store.kind === "local" ? createLocalObjectStore(store) : createGcsObjectStore(store);
}

/** The broker that the environment names. */
function createMessaging(pubsub: WorkerEnv["pubsub"], log: Logger): Messaging {
  return createPubSubMessaging({ ...pubsub, log: (event, fields) => log.warn(fields, event) });
}
