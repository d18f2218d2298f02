import path from "node:path";
import { readWorkerEnv, type WorkerEnv } from "@reelay/render-worker";
import { type ApiEnv, readApiEnv } from "../src/env/index.ts";
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

const loopback = ["localhost", "127.0.0.1", "::1"];

/**
 * The default for private webhook targets: this machine, if no other machine reaches the system. A key holder
 * then runs programs here anyway; webhooks send signed JSON to endpoints created with an ADMIN key and follow
 * no redirect. Sources by URL have no such default: a URL on the internet could redirect them here.
 * Undefined: no default applies. Pure.
 */
export function planWebhookAllowance(environment: Environment, host: string): string | undefined {
  const { WEBHOOK_ALLOW_PRIVATE, FETCH_ALLOW_PRIVATE, PUBLIC_URL, NODE_ENV } = environment;
  if (WEBHOOK_ALLOW_PRIVATE || PUBLIC_URL || NODE_ENV === "production" || !loopback.includes(host))
    return undefined;
  return [...(FETCH_ALLOW_PRIVATE ? [FETCH_ALLOW_PRIVATE] : []), ...loopback].join(",");
}
