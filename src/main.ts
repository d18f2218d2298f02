import { createLogger, startTracing } from "@reelay/telemetry";
import { startApi } from "./api.ts";
import { processEnvironment, readApiEnv } from "./env.ts";

/** An API process of its own: environment, adapters, server, signals. Ends with 0 after a signal, with 1 when it cannot start. */
async function main(): Promise<void> {
  const read = readApiEnv(processEnvironment);
  if (!read.ok) return refuse(read.errors);
  const log = createLogger({ level: read.env.logLevel });
  const stopped = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopped.resolve(signal));
  await using _tracing = await startTracing(read.env.tracing, log);
  await using api = await startApi(read.env, log);
  log.info({ url: api.url, signal: await stopped.promise }, "api.stopping");
}

function refuse(errors: string[]): void {
  for (const error of errors) process.stderr.write(`${error}\n`);
  process.exitCode = 1;
}

await main().catch((error: unknown) => refuse([error instanceof Error ? error.message : String(error)]));
