import { setTimeout as delay } from "node:timers/promises";
import type { Answer, ApiPool } from "./api-pool.ts";

/** A receiver that pages through one workspace's event log by cursor, all the time. */
export interface EventReader {
  /** Ids in the order in which they came. */
  ids: bigint[];
  /** Resolves when a whole pass has found nothing new. */
  caughtUp(signal: AbortSignal): Promise<void>;
  /** Ends with the signal that it was begun with. */
  running: Promise<void>;
}

const page = `query ($after: String) { events(first: 100, after: $after) { edges { cursor } } }`;

export function readEvents(pool: ApiPool, token: string, signal: AbortSignal): EventReader {
  const ids: bigint[] = [];
  let after: string | null = null;
  let emptyPasses = 0;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const { events }: Answer = await pool.ask(token, page, { after }, signal);
      for (const { cursor } of events.edges as { cursor: string }[]) {
        ids.push(idIn(cursor));
        after = cursor;
      }
      if (events.edges.length > 0) continue;
      emptyPasses += 1;
      await delay(200, undefined, { signal });
    }
  }

  return {
    ids,
    running: run().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
    async caughtUp(patience) {
      const enough = emptyPasses + 2;
      const isBehind = () => emptyPasses < enough;
      while (isBehind()) await delay(100, undefined, { signal: patience });
    },
  };
}

/** The row's id, out of a cursor that is opaque to anybody else. */
function idIn(cursor: string): bigint {
  const parts = JSON.parse(Buffer.from(cursor, "base64url").toString()) as string[];
  return BigInt(parts.at(-1) ?? "");
}
