import path from "node:path";
import { readWorkerEnv, type WorkerEnv } from "@reelay/render-worker";
import { type ApiEnv, readApiEnv } from "../src/env/env.ts";
import { planWebhookAllowance } from "./own-machine.ts";
import { type Environment, layoutOf, type Settings } from "./settings.ts";
import { StartError } from "./start-error.ts";

/** The parts that the environment replaces by real services. They are not started here. */
export const replacedParts = (environment: Environment) => ({
  postgres: Boolean(environment["DATABASE_URL"]),
  broker: Boolean(environment["PUBSUB_EMULATOR_HOST"] || environment["PUBSUB_PROJECT_ID"]),
});

/**
 * The environment of API and worker for the parts that run here. Variables set outside take precedence.
 *
 * @throws {StartError} that names the invalid variable.
 */
export function planEnvironment(
  environment: Environment,
  { dataDirectory, port, host }: Settings,
  parts: { databaseUrl?: string | undefined; secretsKey: string; brokerAddress?: string | undefined },
): { api: ApiEnv; worker: WorkerEnv } {
  const layout = layoutOf(dataDirectory);
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  const webhookAllowance = planWebhookAllowance(environment, host);
  const planned = {
    STORE_DIRECTORY: layout.store,
    SECRETS_KEY: parts.secretsKey,
    WORK_DIR: layout.work,
    // Not `localhost`, which may lead to another program that listens only on ::1.
    PUBLIC_URL: `http://${host === "127.0.0.1" ? host : "localhost"}:${port}`,
    OTEL_SERVICE_NAME: "reelay",
    // There is no load balancer to notice: Ctrl-C stops immediately.
    DRAIN_DELAY: "0",
    ...(webhookAllowance !== undefined && { WEBHOOK_ALLOW_PRIVATE: webhookAllowance }),
    ...given,
    ...(parts.databaseUrl && { DATABASE_URL: parts.databaseUrl }),
    ...(parts.brokerAddress && { PUBSUB_EMULATOR_HOST: parts.brokerAddress }),
    HOST: host,
    PORT: String(port),
    NODE_ENV: environment["NODE_ENV"] === "production" ? "production" : "development",
    REELAY_DATA_DIR: path.resolve(dataDirectory),
  };
  const api = readApiEnv(planned);
  if (!api.ok) throw new StartError(api.errors.join("\n"));
  const worker = readWorkerEnv(planned);
  if (!worker.ok) throw new StartError(worker.errors.join("\n"));
  return { api: api.env, worker: worker.env };
}
