import { createLogger, startTracing } from "@reelay/telemetry";
import { createMessaging, createStore } from "./adapters.ts";
import { processEnvironment, readWorkerEnv, type WorkerEnv } from "./env.ts";
import { probeEncoders, probeFilters, requiredEncoders } from "./ffmpeg/encoders.ts";
import { locateFfmpeg } from "./ffmpeg/locate.ts";
import type { FfmpegTools } from "./ffmpeg/tools.ts";
import { joinRunningSystem } from "./join-running-system.ts";
import { createWorkerMetrics } from "./metrics.ts";
import { startStatusServer } from "./status-server.ts";
import { createWorker } from "./worker.ts";

/** A worker process of its own: environment, adapters, worker, signals. Ends with 0 after a signal, with 1 when it cannot start. */
async function main(): Promise<void> {
  const joined = await joinRunningSystem(processEnvironment);
  if (!joined.ok) return refuse([joined.error]);
  const read = readWorkerEnv(joined.environment);
  if (!read.ok) return refuse(read.errors);
  const { env } = read;
  const log = createLogger({ level: env.logLevel });
  const stopped = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopped.resolve(signal));

  await using resources = new AsyncDisposableStack();
  resources.use(await startTracing(env.tracing, log));
  const tools = await findTools(env);
  log.info({ ffmpeg: tools.ffmpeg, ffprobe: tools.ffprobe, encoders: tools.encoders }, "ffmpeg.found");
  const store = resources.use(createStore(env.store));
  const messaging = resources.use(createMessaging(env.pubsub, log));
  await messaging.provision();
  const metrics = createWorkerMetrics();
  const worker = resources.use(createWorker({ messaging, store, config: env.worker, log, tools, metrics }));
  await worker.start();
  if (env.metricsPort !== undefined) {
    const pingBroker = (signal: AbortSignal) => messaging.ping(signal);
    const isTaking = () => worker.isTaking;
    const options = { port: env.metricsPort, metrics, isTaking, pingBroker };
    const { port } = resources.use(await startStatusServer(options));
    log.info({ port }, "worker.listening");
  }
  log.info({ signal: await stopped.promise }, "worker.stopping");
}

async function findTools(env: WorkerEnv): Promise<FfmpegTools> {
  const located = await locateFfmpeg(env.tools);
  const [encoders, filters] = await Promise.all([
    probeEncoders(located.ffmpeg.path),
    probeFilters(located.ffmpeg.path),
  ]);
  const missing = requiredEncoders.filter((name) => !encoders.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `${located.ffmpeg.path} (${located.ffmpeg.version}) cannot encode with ${missing.join(" and ")}, which every render needs: set FFMPEG_PATH to a build that can.`,
    );
  }
  return { ...located, encoders, filters };
}

function refuse(errors: string[]): void {
  for (const error of errors) process.stderr.write(`${error}\n`);
  process.exitCode = 1;
}

await main().catch((error: unknown) => refuse([error instanceof Error ? error.message : String(error)]));
