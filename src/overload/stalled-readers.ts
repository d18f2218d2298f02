import type { ServerResponse } from "node:http";

/** How often answers are looked at while more than half of the places are taken. */
const lookMs = 1_000;

/**
 * Makes room among answers whose readers have stopped reading: a client that asks for much and reads nothing would hold its place until the connection's
 * idle timeout. A player that is paused stops reading as well, so such answers are cut only when their places are needed; the player asks for the rest.
 */
export function createStalledReaders(options: {
  answers: ReadonlySet<ServerResponse>;
  most: number;
  /** Without a byte accepted for so long, an answer counts as stalled. */
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
    /** Call it whenever an answer begins. */
    watch(): void {
      if (timer === undefined && answers.size > most / 2) timer = setInterval(look, lookMs).unref();
    },
    /** Cuts the answer that has stalled for longest. False where none has. */
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
