import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Limits connections without a request being answered: partial headers and keep-alive connections. Beyond the
 * limit, the one that has waited the longest is closed, so that they can never use up all connections.
 */
export function boundWaitingConnections(httpServer: Server, most: number, onShed: () => void): void {
  /** Longest first. */
  const waiting = new Set<Socket>();

  function wait(socket: Socket): void {
    if (socket.destroyed) return;
    waiting.add(socket);
    if (waiting.size <= most) return;
    const [oldest] = waiting;
    onShed();
    oldest?.destroy();
  }

  httpServer.on("connection", (socket: Socket) => {
    wait(socket);
    socket.once("close", () => waiting.delete(socket));
  });
  httpServer.on("request", ({ socket }: IncomingMessage, res: ServerResponse) => {
    waiting.delete(socket);
    res.once("close", () => wait(socket));
  });
  httpServer.on("upgrade", ({ socket }: IncomingMessage) => waiting.delete(socket));
}
