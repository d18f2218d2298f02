import type { WebSocket } from "ws";

/** Queries and mutations under way on sockets: their answers are still waited for when the sockets are to go. */
export interface RunningAnswers {
  begin(socket: WebSocket, operationId: string): void;
  /** Also for operations that never began. */
  end(socket: WebSocket, operationId: string): void;
  /** Calls `go` for each of these sockets as soon as it has nothing under way. Resolves when that was done for all, or at the signal. */
  release(sockets: Iterable<WebSocket>, go: (socket: WebSocket) => void, signal: AbortSignal): Promise<void>;
}

export function createRunningAnswers(): RunningAnswers {
  const running = new Map<WebSocket, Set<string>>();
  const waiting = new Map<WebSocket, () => void>();

  function settle(socket: WebSocket) {
    running.delete(socket);
    waiting.get(socket)?.();
    waiting.delete(socket);
  }

  return {
    begin(socket, operationId) {
      const known = running.get(socket);
      known?.add(operationId);
      if (known !== undefined) return;
      running.set(socket, new Set([operationId]));
      socket.once("close", () => settle(socket));
    },
    end(socket, operationId) {
      const operations = running.get(socket);
      if (operations?.delete(operationId) && operations.size === 0) settle(socket);
    },
    async release(sockets, go, signal) {
      const gone = [...sockets].map(async (socket) => {
        if (running.has(socket)) await new Promise<void>((resolve) => waiting.set(socket, resolve));
        go(socket);
      });
      const { promise: late, resolve } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => resolve(), { once: true });
      if (signal.aborted) resolve();
      await Promise.race([Promise.all(gone), late]);
    },
  };
}
