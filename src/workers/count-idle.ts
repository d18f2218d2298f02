import { Offer } from "@reelay/contracts";
import type { WorkerRealm } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { aliveSince } from "./alive.ts";
import { explainMismatch, type Need } from "./match.ts";

/** Living workers that could begin such a task now. */
export async function countIdle(db: Db, need: Need, now: Date): Promise<number> {
  const rows = await db.$queryRaw<Array<{ offer: unknown; realm: WorkerRealm; workers: number }>>`
    SELECT offer, realm, count(*)::int AS workers FROM workers w
    WHERE w.last_seen_at > ${aliveSince(now)} AND NOT w.is_stopping
      AND w.slots > (SELECT count(*) FROM attempts a WHERE a.worker_id = w.id AND a.outcome IS NULL)
    GROUP BY offer, realm`;
  const able = rows.filter(
    ({ offer, realm }) => explainMismatch(need, [{ offer: Offer.parse(offer), realm, workers: 1 }]) === null,
  );
  return able.reduce((sum, { workers }) => sum + workers, 0);
}
