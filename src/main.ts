import { endOnCrash, restrictUmask, toSentence, waitForSignal } from "@reelay/process";
import { createLogger, openStandardOutput, startTracing } from "@reelay/telemetry";
import { schema } from "../schema/index.ts";
import { STOP_WITHIN_MS, startApi } from "./api/index.ts";
import { processEnvironment, readApiEnv } from "./env/index.ts";

/** How long an API waits at its start for a database and a broker that are away. */
const START_PATIENCE_MS = 300_000;

/**
 * An API process of its own: environment, adapters, server, signals. Ends with 0 after a signal, with 1 when
 * it cannot start (it waits for a database and a broker that are away), when it could not stop in time or met
 * an exception that nothing caught, and at once at a second signal: work that is cut short is safe in the
 * database.
 */
async function main(): Promise<void> {
  restrictUmask();
  const read = readApiEnv(processEnvironment);
  if (!read.ok) return refuse(read.errors);
  const sink = openStandardOutput();
  const log = createLogger({ level: read.env.logLevel, sink });
  // What it was doing is safe in the database, and its clients come back.
  endOnCrash({ log: (fields) => log.fatal(fields, "process.crashed"), withinMs: 0 });
  const stopping = new AbortController();
  const stopped = waitForSignal(() => process.exit(1)).then((signal) => {
    const withinMs = (read.env.drainMs ?? 0) + STOP_WITHIN_MS;
    log.info({ signal, withinMs }, "api.stopping");
    stopping.abort();
    setTimeout(() => {
      log.warn({ withinMs }, "api.stop-timeout");
      process.exit(1);
    }, withinMs).unref();
  });
  {
    await using _tracing = await startTracing(read.env.tracing, log);
    await using _api = await startApi(read.env, log, {
      schema,
      checks: { log: async () => sink.assertWritable() },
      patience: { patienceMs: START_PATIENCE_MS, signal: stopping.signal },
    });
    await stopped;
  }
  log.info("api.stopped");
}

function refuse(errors: string[]): void {
  for (const error of errors) process.stderr.write(`${error}\n`);
  process.exitCode = 1;
}

await main().catch((error: unknown) => refuse([toSentence(error)]));
