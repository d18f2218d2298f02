import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WorkerMetrics } from "./metrics.ts";

export interface StatusServerOptions {
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
 * Tells a cluster about a worker, on all addresses: `/healthz` answers while the process lives, `/readyz` while it takes tasks and reaches
 * the broker, `/metrics` for Prometheus. Rejects with Node's own error (`EADDRINUSE`) when the port cannot be had.
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

  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    answer(path, response).catch(() => response.destroy());
  });
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, resolve);
  await listening;
  server.off("error", reject);
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
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
