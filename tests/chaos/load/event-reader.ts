import { setTimeout as delay } from "node:timers/promises";
import { rowId } from "../row-id.ts";
import type { Answer, ApiPool } from "./api-pool.ts";

/** A client that continuously pages through one workspace's event log by cursor. */
export interface EventReader {
  /** Ids in order of arrival. */
  ids: string[];
  /** Resolves after two complete passes without a new event. */
  caughtUp(signal: AbortSignal): Promise<void>;
  /** Ends with the signal passed at the start. */
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
      const page: Page = readPage(await pool.ask(token, DOCUMENT, { after }, signal));
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

const DOCUMENT = "query ($after: String) { changes(first: 100, after: $after) { events { id } cursor } }";

const readPage = ({ changes }: Answer): Page => ({
  ids: changes.events.map(({ id }: { id: string }) => rowId(id)),
  cursor: changes.cursor,
});
