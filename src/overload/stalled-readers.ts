import type { ServerResponse } from "node:http";

/** Interval for checking answers while more than half of the slots are in use. */
const LOOK_MS = 1_000;

/**
 * Frees slots of answers whose readers have stopped: a client that requests much and reads nothing would hold
 * its slot until the connection's idle timeout. A paused player stops reading too, so such answers are cut
 * only when their slots are needed; the player then requests the rest.
 */
export function createStalledReaders(options: {
  answers: ReadonlySet<ServerResponse>;
  most: number;
  /** An answer without an accepted byte for this long counts as stalled. */
  stalledMs: number;
}) {
  const { answers, most, stalledMs } = options;
  const seen = new WeakMap<ServerResponse, { bytes: number; since: number }>();
  let stalled: ServerResponse[] = [];
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    if (answers.size <= most / 2) {
      clearInterval(timer);
      timer = undefined;
      stalled = [];
      return;
    }
    const now = performance.now();
    const waits: { res: ServerResponse; since: number }[] = [];
    for (const res of answers) {
      const bytes = res.socket?.bytesWritten ?? 0;
      const before = seen.get(res);
      const since = before?.bytes === bytes ? before.since : now;
      seen.set(res, { bytes, since });
      if (now - since >= stalledMs && res.headersSent) waits.push({ res, since });
    }
    stalled = waits.toSorted((one, other) => other.since - one.since).map(({ res }) => res);
  }

  return {
    /** Call it whenever an answer starts. */
    watch(): void {
      if (timer === undefined && answers.size > most / 2) timer = setInterval(look, LOOK_MS).unref();
    },
    /** Cuts the answer that has stalled the longest. False if none has. */
    makeRoom(): boolean {
      for (let res = stalled.pop(); res !== undefined; res = stalled.pop()) {
        if (!answers.has(res)) continue;
        res.destroy();
        return true;
      }
      return false;
    },
  };
}
