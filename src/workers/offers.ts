import { Offer, type Requirements } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { aliveSince } from "./alive.ts";
import { choosePool, type OfferGroup } from "./match.ts";

/** The offers of live workers. Equal offers are one row; most fleets have few. */
export async function readOffers(db: Db, now: Date): Promise<OfferGroup[]> {
  const rows = await db.$queryRaw<Array<{ offer: unknown; workers: number }>>`
    SELECT offer, count(*)::int AS workers FROM workers
    WHERE last_seen_at > ${aliveSince(now)} AND NOT is_stopping GROUP BY offer`;
  return rows.map(({ offer, workers }) => ({ offer: Offer.parse(offer), workers }));
}

/** `choosePool` with the workers that are alive now. */
export const readPool = async (db: Db, requirements: Requirements, now: Date): Promise<Pool> =>
  choosePool(requirements, await readOffers(db, now));
