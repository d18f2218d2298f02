import { setTimeout as delay } from "node:timers/promises";
import { rowId } from "../row-id.ts";
import type { Answer, ApiPool } from "./api-pool.ts";

/** A receiver that pages through one workspace's event log by cursor, all the time. */
export interface EventReader {
  /** Ids in the order in which they came. */
  ids: string[];
  /** Resolves when two whole passes have found nothing new. */
  caughtUp(signal: AbortSignal): Promise<void>;
  /** Ends with the signal that it was begun with. */
  running: Promise<void>;
}

interface Page {
  ids: string[];
  cursor: string;
}

export function readEvents(pool: ApiPool, token: string, signal: AbortSignal): EventReader {
  const ids: string[] = [];
  let after: string | null = null;
  let emptyPasses = 0;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const page: Page = readPage(await pool.ask(token, document, { after }, signal));
      ids.push(...page.ids);
      after = page.cursor;
      if (page.ids.length > 0) continue;
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

const document = "query ($after: String) { changes(first: 100, after: $after) { events { id } cursor } }";

const readPage = ({ changes }: Answer): Page => ({
  ids: changes.events.map(({ id }: { id: string }) => rowId(id)),
  cursor: changes.cursor,
});
