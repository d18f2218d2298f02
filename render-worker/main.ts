import {
  assertCredentials,
  createGatewayMessaging,
  createPubSubMessaging,
  GatewayRefusedError,
  isBrokerAway,
  joinGateway,
  type Messaging,
  retryWhileAway,
} from "@reelay/messaging";
import {
  assertReachable,
  createGatewayObjectStore,
  createGcsObjectStore,
  createLocalObjectStore,
  type ObjectStore,
} from "@reelay/object-store";
import {
  credentialsPart,
  endOnCrash,
  exitCodes,
  explainStart,
  restrictUmask,
  startParts,
  startStep,
  toSentence,
  waitForSignal,
} from "@reelay/process";
import { createLogger, startTracing } from "@reelay/telemetry";
import type { Logger } from "pino";
import { readWorkerCommand } from "./command.ts";
import type { WorkerConfig } from "./config.ts";
import { runEachDevice } from "./each-device.ts";
import { processEnvironment, readWorkerEnv, type WorkerEnv } from "./env.ts";
import { createWorkerMetrics, joinRunningSystem, startStatusServer, untilPreempted } from "./host/index.ts";
import { createJail, type Jail, jailsFrom, logJail } from "./jail/index.ts";
import { prepareKinds } from "./kinds/index.ts";
import { type FfmpegTools, versionWarnings } from "./media/ffmpeg/index.ts";
import { findTools } from "./media/tools/index.ts";
import { findPainter, type InstalledPainter, logPainter } from "./painters/index.ts";
import { createWorker, type Worker, type WorkerDeps } from "./worker.ts";

/** How long a starting worker waits for the broker. */
const START_PATIENCE_MS = 300_000;
/** Time to stop, excluding the grace. */
const STOP_WITHIN_MS = 10_000;
/** Time for a crashed worker to return its tasks. */
const HAND_BACK_MS = 7_000;
/** Time for an interrupted ffmpeg to exit, with a reserve. */
const ENCODER_END_MS = 600;

const NO_KINDS =
  "This worker can run no kind of task: no tool of the kinds in WORKER_KINDS works here. `npm run doctor` shows what is missing.";

/**
 * The worker's process: command line, environment, adapters, worker, signals. Its exit codes are `exitCodes`.
 * It exits with 1 if it cannot start, could not stop in time, met an uncaught exception, or received a second
 * signal, which stops it immediately; its leases then expire.
 */
async function main(): Promise<void> {
  restrictUmask();
  const command = readWorkerCommand(process.argv.slice(2));
  if ("help" in command) return void process.stdout.write(`${command.help}\n`);
  if ("error" in command) return refuse([command.error]);
  const environment = { ...processEnvironment, ...command.environment };
  if (command.isEachDevice) {
    process.exitCode = await runEachDevice(environment);
    return;
  }
  const joined = await joinRunningSystem(environment);
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
  const stop = (fields: object) => {
    if (stopping.signal.aborted) return;
    const withinMs = (env.worker.shutdownGraceMs ?? 0) + STOP_WITHIN_MS;
    log.info({ ...fields, withinMs }, "worker.stopping");
    stopping.abort();
    setTimeout(() => {
      log.warn({ withinMs }, "worker.stop-timeout");
      process.exit(1);
    }, withinMs).unref();
  };
  const { mode = "serve" } = env.worker.life ?? {};
  const left = mode === "serve" ? exitCodes.DONE : exitCodes.TOLD_TO_LEAVE;
  const stopped = waitForSignal(() => {
    worker?.interrupt();
    // ffmpeg has exited by then.
    setTimeout(() => process.exit(1), ENCODER_END_MS);
  }).then((signal) => {
    stop({ signal });
    return left;
  });
  const preempted =
    env.computeEngine &&
    untilPreempted({ ...env.computeEngine, log, signal: stopping.signal }).then(
      (notice) => {
        stop({ notice });
        return exitCodes.TOLD_TO_LEAVE;
      },
      // It is stopping for another reason.
      () => stopped,
    );

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
  if (kinds.offer().kinds.length === 0) {
    await kinds[Symbol.asyncDispose]();
    process.stderr.write(`${NO_KINDS}\n`);
    process.exitCode = exitCodes.UNABLE;
    return;
  }
  const refused = Promise.withResolvers<number>();
  const linked = env.join
    ? await joinOverHttp(env.join, {
        config: env.worker,
        log,
        resources,
        onRefused(reason) {
          process.stderr.write(`${reason}\n`);
          stop({ reason });
          refused.resolve(exitCodes.JOIN_REFUSED);
        },
      })
    : await openOwnLink(env, { log, resources, signal: stopping.signal });
  if (linked === null) {
    await kinds[Symbol.asyncDispose]();
    process.exitCode = exitCodes.JOIN_REFUSED;
    return;
  }
  const { messaging } = linked;
  const started = resources.use(createWorker({ config: env.worker, ...linked, log, kinds, jail, metrics }));
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
  const drained = started.done.then(() => {
    stop({ mode });
    return exitCodes.DONE;
  });
  const ends = [stopped, drained, refused.promise, ...(preempted ? [preempted] : [])];
  process.exitCode = await Promise.race(ends);
}

/** How the worker gets its tasks and reaches objects. */
type Linked = Pick<WorkerDeps, "messaging" | "store"> & Partial<Pick<WorkerDeps, "storeOf" | "config">>;

/** The broker and the store, with the machine's own identity. */
async function openOwnLink(
  env: WorkerEnv,
  { log, resources, signal }: { log: Logger; resources: AsyncDisposableStack; signal: AbortSignal },
): Promise<Linked> {
  const parts = startParts(env);
  const credentials = credentialsPart(env);
  if (credentials !== null) await startStep(credentials, assertCredentials);
  const store = await startStep(parts.store, async () => {
    const opened = resources.use(createStore(env.store));
    await assertReachable(opened);
    return opened;
  });
  const messaging = resources.use(createMessaging(env.pubsub, log));
  await startStep(parts.broker, () =>
    retryWhileAway(() => messaging.provision(), {
      patienceMs: START_PATIENCE_MS,
      signal,
      isAway: isBrokerAway,
      onAway: (error) =>
        log.warn(
          { reason: explainStart(parts.broker, error) ?? toSentence(error) },
          "start.broker-unreachable",
        ),
    }),
  );
  return { messaging, store };
}

/** The API's gateway. Null, with a sentence on stderr, if it refuses the join token. */
async function joinOverHttp(
  join: NonNullable<WorkerEnv["join"]>,
  {
    config,
    log,
    resources,
    onRefused,
  }: {
    config: WorkerConfig;
    log: Logger;
    resources: AsyncDisposableStack;
    onRefused: (reason: string) => void;
  },
): Promise<Linked | null> {
  const { apiUrl } = join;
  const { hostname, version } = config;
  try {
    const session = await joinGateway(join, { hostname, version });
    const { workerId, token } = session;
    log.info({ workerId, apiUrl }, "worker.joined");
    const messaging = resources.use(
      createGatewayMessaging({
        ...session,
        log: (event, fields) => log.warn(fields, event),
        onRefused,
      }),
    );
    const storeOf = (id: string | null) =>
      createGatewayObjectStore({
        apiUrl,
        headers: () => ({
          Authorization: `Bearer ${token}`,
          ...(id !== null && messaging.credentialOf(id)),
        }),
      });
    return { messaging, store: storeOf(null), storeOf, config: { ...config, workerId } };
  } catch (error) {
    if (!(error instanceof GatewayRefusedError)) {
      throw new Error(`The API at ${apiUrl} was not reached: ${toSentence(error)}`, { cause: error });
    }
    process.stderr.write(`${error.message}\n`);
    return null;
  }
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
  const painter = await findPainter(env.painter, jailsFrom(jail, env.jail));
  logPainter(log, painter);
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
