import type { ServerResponse } from "node:http";

/**
 * Resolves once an answer was sent and its connection has closed. The tus server waits for its answer to be
 * sent, which never happens if the client has left; before the answer, bytes may still be on their way to the
 * disk, so the end of the connection alone is not sufficient.
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
