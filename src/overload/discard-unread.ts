import type { IncomingMessage, ServerResponse } from "node:http";

const LINGER_MS = 5_000;

/**
 * Closes the connection of a request that was answered before its body arrived. The rest is discarded for
 * some seconds first: closing a connection with unread bytes would discard the answer.
 */
export function discardUnread(req: IncomingMessage, res: ServerResponse): void {
  res.once("finish", () => {
    if (req.complete || req.destroyed) return;
    req.resume();
    const timer = setTimeout(() => req.destroy(), LINGER_MS);
    timer.unref();
    req.once("close", () => clearTimeout(timer));
  });
}
