import { Offer, type Requirements } from "@reelay/contracts";
import type { Pool, WorkerLink, WorkerRealm } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { aliveSince } from "./alive.ts";
import { choosePool, type OfferGroup } from "./match.ts";

interface OfferRow {
  offer: unknown;
  realm: WorkerRealm;
  workers: number;
  endsAt: Date | null;
}

/**
 * The offers of live workers. Equal offers are one row; most fleets have few. `link`: of the workers that get
 * their tasks so; default: of all.
 */
export async function readOffers(db: Db, now: Date, link: WorkerLink | null = null): Promise<OfferGroup[]> {
  const rows = await db.$queryRaw<OfferRow[]>`
    SELECT offer, realm, count(*)::int AS workers, CASE WHEN bool_and(deadline_at IS NOT NULL) THEN max(deadline_at) END AS "endsAt"
    FROM workers WHERE last_seen_at > ${aliveSince(now)} AND NOT is_stopping
      AND (${link}::text IS NULL OR link::text = ${link}) GROUP BY offer, realm`;
  return rows.map(({ offer, realm, workers, endsAt }) => ({
    offer: Offer.parse(offer),
    realm,
    workers,
    remainingMs: endsAt === null ? undefined : Math.max(0, endsAt.getTime() - now.getTime()),
  }));
}

/** `choosePool` with the workers that are alive now. */
export const readPool = async (db: Db, requirements: Requirements, now: Date): Promise<Pool> =>
  choosePool(requirements, await readOffers(db, now));
