import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
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
  cursor: string | null;
}

export function readEvents(pool: ApiPool, token: string, signal: AbortSignal): EventReader {
  const ids: string[] = [];
  let after: string | null = null;
  let emptyPasses = 0;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const page: Page = readPage(await pool.ask(token, document, { after }, signal));
      ids.push(...page.ids);
      after = page.cursor ?? after;
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

const hasChanges = readFileSync(
  path.join(import.meta.dirname, "../../schema/schema.graphql"),
  "utf8",
).includes("  changes(");

const document = hasChanges
  ? "query ($after: String) { changes(first: 100, after: $after) { events { id } cursor } }"
  : "query ($after: String) { events(first: 100, after: $after) { edges { cursor } pageInfo { endCursor } } }";

const readPage = ({ changes, events }: Answer): Page =>
  hasChanges
    ? {
        ids: changes.events.map(({ id }: { id: string }) => decode(id).split(":")[1]),
        cursor: changes.cursor,
      }
    : {
        ids: events.edges.map(({ cursor }: { cursor: string }) => JSON.parse(decode(cursor)).at(-1)),
        cursor: events.pageInfo.endCursor,
      };

/** The row's id, out of what is opaque to anybody else. */
const decode = (text: string): string => Buffer.from(text, "base64url").toString();
