import type { ServerResponse } from "node:http";
import { serveHttp } from "@reelay/process";
import type { WorkerMetrics } from "./metrics.ts";

interface StatusServerOptions {
  /** 0 chooses a free one. */
  port: number;
  metrics: Pick<WorkerMetrics, "metrics" | "contentType">;
  /** Whether the worker accepts tasks. */
  isTaking: () => boolean;
  /** Rejects if the broker is away. */
  pingBroker: (signal: AbortSignal) => Promise<void>;
}

const PING_MS = 2_000;

/**
 * Serves a worker's status: `/healthz` while the process lives, `/readyz` while it accepts tasks and reaches
 * the broker, `/metrics` for Prometheus. Rejects like `serveHttp`.
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
      return sendJson(response, 404, { message: "A worker responds at /healthz, /readyz and /metrics." });
    }
    response.setHeader("Content-Type", metrics.contentType);
    response.end(await metrics.metrics());
  }

  return await serveHttp(port, (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    answer(path, response).catch(() => response.destroy());
  });
}

/** A broker that does not respond in time counts as away. */
async function isReached(ping: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PING_MS);
  const reached = ping(AbortSignal.timeout(PING_MS)).then(
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
