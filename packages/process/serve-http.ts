import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Listens on all addresses, for probes and metrics; 0 selects a free port. Disposing cuts its connections.
 * Rejects with Node's own error (`EADDRINUSE`) when the port is not available.
 */
export async function serveHttp(
  port: number,
  listener: RequestListener,
): Promise<AsyncDisposable & { port: number }> {
  const server = createServer(listener);
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, resolve);
  await listening;
  server.off("error", reject);
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const { promise: closed, resolve: close } = Promise.withResolvers<void>();
      server.close(() => close());
      server.closeAllConnections();
      await closed;
    },
  };
}
