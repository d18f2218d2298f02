import type { IncomingMessage } from "node:http";

interface LeastPaceOptions {
  /** On average of a window. */
  bytesPerSecond: number;
  /** In milliseconds: a short interruption of a mobile network has no effect. */
  windowMs: number;
  /** Called once, when a whole window was slower. */
  onSlow: () => void;
}

/**
 * Ends a body that arrives below the minimum pace by closing its connection. The received part of an upload
 * is kept, and its client resumes there. Time in which the server itself was not ready to read does not
 * count.
 */
export function watchPace(
  req: IncomingMessage,
  { bytesPerSecond, windowMs, onSlow }: LeastPaceOptions,
): void {
  const { socket } = req;
  let before = socket.bytesRead;
  const timer = setInterval(() => {
    const bytes = socket.bytesRead - before;
    before = socket.bytesRead;
    if (req.complete) return clearInterval(timer);
    const isServerSlow = req.readableLength >= req.readableHighWaterMark || socket.isPaused();
    if (isServerSlow || bytes >= (bytesPerSecond * windowMs) / 1_000) return;
    clearInterval(timer);
    onSlow();
    socket.destroy();
  }, windowMs);
  timer.unref();
  req.once("close", () => clearInterval(timer));
}
