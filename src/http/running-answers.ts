import type { WebSocket } from "ws";

/** Running queries and mutations on sockets: closing sockets waits for their answers. */
interface RunningAnswers {
  begin(socket: WebSocket, operationId: string): void;
  /** Also for operations that never started. */
  end(socket: WebSocket, operationId: string): void;
  /**
   * Calls `close` for each socket as soon as it has no running operation. Resolves after the last one, or at
   * the signal.
   */
  release(
    sockets: Iterable<WebSocket>,
    close: (socket: WebSocket) => void,
    signal: AbortSignal,
  ): Promise<void>;
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
