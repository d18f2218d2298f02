import { Offer, Requirements } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";
import { type Db, wireKindOf } from "../database/index.ts";
import { explainMismatch } from "../workers/index.ts";

/** What a target's last worker offered is known for so long. Its image may be new after that. */
const KNOWN_MS = 3_600_000;

interface NeedRow {
  pool: Pool;
  kind: string;
  requirements: unknown;
  /** `[pool, kind, requirements]` as JSON. */
  need: string;
}

export interface Unable {
  /** Needs that the target's machines do not meet, as `readDemand` leaves them out. */
  needs: string[];
  /** Why, by the pool of the first such task. */
  reasons: Map<Pool, string>;
}

/**
 * What waiting tasks need and the machines of targets lack, by the name of the target. A target of which no
 * worker has lately described itself has no entry: its first machine shows it.
 */
export async function readUnable(db: Db, now: Date): Promise<Map<string, Unable>> {
  const known = await db.$queryRaw<Array<{ target: string; offer: unknown }>>`
    SELECT DISTINCT ON (l.target) l.target, w.offer
    FROM launches l JOIN join_tokens t ON t.id = l.join_token_id JOIN workers w ON w.id = t.worker_id
    WHERE w.slots > 0 AND w.last_seen_at > ${new Date(now.getTime() - KNOWN_MS)}
    ORDER BY l.target, t.used_at DESC`;
  if (known.length === 0) return new Map();
  const needs = await db.$queryRaw<NeedRow[]>`
    SELECT DISTINCT pool::text, kind, requirements, jsonb_build_array(pool, kind, requirements)::text AS need FROM tasks
    WHERE status = 'QUEUED' AND dispatched_at IS NULL AND available_at <= ${now}`;
  return new Map(known.map(({ target, offer }) => [target, lackOf(Offer.parse(offer), needs)]));
}

function lackOf(offer: Offer, rows: readonly NeedRow[]): Unable {
  const unable: Unable = { needs: [], reasons: new Map() };
  for (const { pool, kind, requirements, need } of rows) {
    const wanted = { pool, kind: wireKindOf(kind), requirements: Requirements.parse(requirements) };
    const mismatch = explainMismatch(wanted, [{ offer, workers: 1 }]);
    if (mismatch === null) continue;
    unable.needs.push(need);
    if (!unable.reasons.has(pool)) unable.reasons.set(pool, mismatch.replace(/\.$/, ""));
  }
  return unable;
}
