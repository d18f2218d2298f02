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
import { findPainter, type InstalledPainter } from "./painters/index.ts";
import { createWorker, type Worker } from "./worker.ts";

/** How long a starting worker waits for the broker. */
const START_PATIENCE_MS = 300_000;
/** Time to stop, excluding the grace. */
const STOP_WITHIN_MS = 10_000;
/** Time for a crashed worker to return its tasks. */
const HAND_BACK_MS = 7_000;
/** Time for an interrupted ffmpeg to exit, with a reserve. */
const ENCODER_END_MS = 600;

/**
 * The worker's process: environment, adapters, worker, signals. Exits with 0 after a signal. Exits with 1 if
 * it cannot start, could not stop in time, met an uncaught exception, or received a second signal, which
 * stops it immediately; its leases then expire.
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
    withinMs: HAND_BACK_MS,
  });
  const stopping = new AbortController();
  const stopped = waitForSignal(() => {
    worker?.interrupt();
    // ffmpeg has exited by then.
    setTimeout(() => process.exit(1), ENCODER_END_MS);
  }).then((signal) => {
    const withinMs = (env.worker.shutdownGraceMs ?? 0) + STOP_WITHIN_MS;
    log.info({ signal, withinMs }, "worker.stopping");
    stopping.abort();
    setTimeout(() => {
      log.warn({ withinMs }, "worker.stop-timeout");
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
    findPainter: () => findOwnPainter(env, jail, log),
  });
  const store = await startStep(parts.store, async () => {
    const opened = resources.use(createStore(env.store));
    await assertReachable(opened);
    return opened;
  });
  const messaging = resources.use(createMessaging(env.pubsub, log));
  await startStep(parts.broker, () =>
    retryWhileAway(() => messaging.provision(), {
      patienceMs: START_PATIENCE_MS,
      signal: stopping.signal,
      isAway: isBrokerAway,
      onAway: (error) =>
        log.warn(
          { reason: explainStart(parts.broker, error) ?? toSentence(error) },
          "start.broker-unreachable",
        ),
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

async function findOwnPainter(env: WorkerEnv, jail: Jail, log: Logger): Promise<InstalledPainter> {
  const painter = await findPainter(env.painter, jail);
  const { version, texReason, program } = painter;
  log.info({ version, python: program.path, texReason }, "painter.found");
  return painter;
}

/** Reports running attempts as `INTERRUPTED`, which uses no try. */
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

/** The configured object store. */
function createStore(store: WorkerEnv["store"]): ObjectStore {
  return store.kind === "local" ? createLocalObjectStore(store) : createGcsObjectStore(store);
}

/** The configured broker. */
function createMessaging(pubsub: WorkerEnv["pubsub"], log: Logger): Messaging {
  return createPubSubMessaging({ ...pubsub, log: (event, fields) => log.warn(fields, event) });
}
