import type { ServerResponse } from "node:http";
import { serveHttp } from "@reelay/process";
import type { WorkerMetrics } from "./metrics.ts";

interface StatusServerOptions {
  /** 0 takes a free one. */
  port: number;
  metrics: Pick<WorkerMetrics, "metrics" | "contentType">;
  /** The worker takes tasks. */
  isTaking: () => boolean;
  /** Rejects when the broker is away. */
  pingBroker: (signal: AbortSignal) => Promise<void>;
}

const pingMs = 2_000;

/**
 * Tells a cluster about a worker: `/healthz` answers while the process lives, `/readyz` while it takes tasks and reaches
 * the broker, `/metrics` for Prometheus. Rejects as `serveHttp` does.
 */
export async function startStatusServer(
  options: StatusServerOptions,
): Promise<AsyncDisposable & { port: number }> {
  const { port, metrics, isTaking, pingBroker } = options;

  async function answer(path: string, response: ServerResponse): Promise<void> {
    if (path === "/healthz") return sendJson(response, 200, { isOk: true });
    if (path === "/readyz") {
      const checks = { worker: isTaking(), broker: await isReached(pingBroker) };
      const isOk = checks.worker && checks.broker;
      return sendJson(response, isOk ? 200 : 503, { isOk, checks });
    }
    if (path !== "/metrics") {
      return sendJson(response, 404, { message: "A worker answers at /healthz, /readyz and /metrics." });
    }
    response.setHeader("Content-Type", metrics.contentType);
    response.end(await metrics.metrics());
  }

  return await serveHttp(port, (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    answer(path, response).catch(() => response.destroy());
  });
}

/** A broker that does not answer in time counts as away. */
async function isReached(ping: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), pingMs);
  const reached = ping(AbortSignal.timeout(pingMs)).then(
    () => true,
    () => false,
  );
  const isOk = await Promise.race([reached, late]);
  clearTimeout(timer);
  return isOk;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}
