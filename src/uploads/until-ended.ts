import type { ServerResponse } from "node:http";

/**
 * Resolves once an answer was given and its connection is over. The server of tus waits for its answer to be sent, which never comes about when
 * the client has left by then; before it answers, bytes may still be on their way to the disk, so that the connection's end alone is not it.
 */
export function untilEnded(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = res.end.bind(res) as (...given: unknown[]) => ServerResponse;
    res.end = ((...given: unknown[]) => {
      const ended = end(...given);
      if (res.closed || res.destroyed) resolve();
      else res.once("close", () => resolve());
      return ended;
    }) as typeof res.end;
  });
}
