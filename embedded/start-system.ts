/** The composition root of `npm start`: all parts of the embedded system, in start order. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createPubSubMessaging } from "@reelay/messaging";
import { createGcsObjectStore, createLocalObjectStore } from "@reelay/object-store";
import {
  createJail,
  createWorker,
  findPainter,
  findTools,
  type Jail,
  JailUnavailableError,
  jailsFrom,
  logJail,
  logPainter,
  type PreparedKinds,
  prepareKinds,
  ToolNotFoundError,
  versionWarnings,
  type WorkerDeps,
  type WorkerEnv,
} from "@reelay/render-worker";
import { type LogSink, startTracing } from "@reelay/telemetry";
import type { Logger } from "pino";
import { schema } from "../schema/index.ts";
import { startApi } from "../src/api/index.ts";
import { createBroker } from "./broker/index.ts";
import { cannotListen } from "./check-port.ts";
import { ensureApiKey } from "./default-api-key.ts";
import { planEnvironment, replacedParts } from "./plan-environment.ts";
import { type EmbeddedPostgres, startPostgres } from "./postgres/index.ts";
import { type RunFile, writeRunFile } from "./run-file.ts";
import { type Environment, layoutOf, type Settings } from "./settings.ts";
import { StartError } from "./start-error.ts";
import { writePrivateFile } from "./write-private-file.ts";

export interface StartSystemOptions {
  environment: Environment;
  settings: Settings;
  log: Logger;
  /** Destination of log lines. */
  sink: LogSink;
  /** Aborts the start. To stop a started system, dispose it. */
  signal: AbortSignal;
  /** Called as soon as Postgres exists, so that a forced end can stop it too. */
  onPostgres?: (postgres: EmbeddedPostgres) => void;
  /** Called after stopping a Postgres that a killed run left behind. */
  onLeftover?: () => void;
}

export interface System extends AsyncDisposable {
  /** The content of `run.json`. */
  readonly run: RunFile;
  /** Resolves with a sentence when a part ends unexpectedly. Never rejects. */
  readonly broken: Promise<{ exitCode: number; sentence: string }>;
}

/**
 * Starts every part that the environment does not replace. If one fails, the parts that are running are
 * stopped.
 */
export async function startSystem(options: StartSystemOptions): Promise<System> {
  const { environment, settings, log, signal } = options;
  const layout = layoutOf(settings.dataDirectory);
  const replaced = replacedParts(environment);
  await using started = new AsyncDisposableStack();

  const postgres = replaced.postgres
    ? undefined
    : started.use(
        await startPostgres({
          directory: layout.postgres,
          isKept: true,
          signal,
          log: postgresLog(options),
        }),
      );
  if (postgres) options.onPostgres?.(postgres);
  const broker = replaced.broker ? undefined : started.use(await createBroker());
  const { api: apiEnv, worker: workerEnv } = planEnvironment(environment, settings, {
    databaseUrl: postgres?.url,
    brokerAddress: broker?.address,
    secretsKey: await ensureSecretsKey(layout.secretsKey),
  });
  started.use(await startTracing(apiEnv.tracing, log));
  const prepared = await prepareWorker(workerEnv, log);
  signal.throwIfAborted();

  const api = started.use(
    await startApi(apiEnv, log, {
      schema,
      isBrokerEmpty: broker !== undefined,
      checks: { log: async () => options.sink.assertWritable() },
    }).catch((error: unknown) => {
      throw cannotListen(settings.port, settings.host, error);
    }),
  );
  signal.throwIfAborted();
  const apiKey = await ensureApiKey(api.db, layout.apiKey);
  const worker = started.use(createEmbeddedWorker(workerEnv, prepared, log, started));
  await worker.start();
  signal.throwIfAborted();

  const run: RunFile = {
    graphql: `${apiEnv.publicUrl}/graphql`,
    apiKey,
    pubsub: apiEnv.pubsub.emulatorHost ?? "",
    database: apiEnv.databaseUrl,
    pid: process.pid,
  };
  started.use(await writeRunFile(layout.runFile, run));
  const held = started.move();
  return {
    run,
    broken: untilBroken(postgres, layout.postgres),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** A worker with its own store and broker connection, like one in a separate process. */
function createEmbeddedWorker(
  env: WorkerEnv,
  prepared: Pick<WorkerDeps, "kinds" | "jail">,
  log: Logger,
  started: AsyncDisposableStack,
) {
  const store = started.use(
    env.store.kind === "local" ? createLocalObjectStore(env.store) : createGcsObjectStore(env.store),
  );
  const messaging = started.use(
    createPubSubMessaging({ ...env.pubsub, log: (event, fields) => log.warn(fields, event) }),
  );
  return createWorker({ messaging, store, config: env.worker, log, ...prepared });
}

const postgresLog = ({ log, onLeftover }: StartSystemOptions) => ({
  info: (fields: object, event: string) => log.info(fields, event),
  warn: (fields: object, event: string) => {
    if (event === "postgres.leftover-stopped") onLeftover?.();
    log.warn(fields, event);
  },
});

async function untilBroken(
  postgres: EmbeddedPostgres | undefined,
  directory: string,
): Promise<{ exitCode: number; sentence: string }> {
  if (postgres === undefined) return new Promise(() => {});
  const { code, signal } = await postgres.exited.catch(() => ({ code: null, signal: null }));
  const how = signal ?? `code ${code}`;
  return {
    exitCode: 1,
    sentence: `PostgreSQL ended more than three times within a minute (${how}) and will not be restarted. Its log is ${directory}/postgres.log. No committed data is lost: fix the problem named in the log, then run npm start again.`,
  };
}

/**
 * What a worker on this machine can do, and the jail of its programs.
 *
 * @throws {StartError} when no usable ffmpeg is on this machine, or no jail as strong as was asked for.
 */
async function prepareWorker(env: WorkerEnv, log: Logger): Promise<{ kinds: PreparedKinds; jail: Jail }> {
  try {
    const jail = await createJail(env.jail);
    logJail(log, jail);
    const findFfmpeg = async () => {
      const tools = await findTools(env.tools, { jail });
      for (const warning of versionWarnings(tools)) log.warn({ warning }, "ffmpeg.outdated");
      return tools;
    };
    const findOwnPainter = async () => {
      const painter = await findPainter(env.painter, jailsFrom(jail, env.jail));
      logPainter(log, painter);
      return painter;
    };
    const tools = { findFfmpeg, findPainter: findOwnPainter };
    return { kinds: await prepareKinds({ config: env.worker, jail, log, ...tools }), jail };
  } catch (error) {
    if (error instanceof ToolNotFoundError || error instanceof JailUnavailableError)
      throw new StartError(error.message, { cause: error });
    throw error;
  }
}

/** The key that encrypts stored secrets. Created once and stored in `file`, which only its owner can read. */
async function ensureSecretsKey(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const key = randomBytes(32).toString("base64");
  await writePrivateFile(file, `${key}\n`);
  return key;
}
