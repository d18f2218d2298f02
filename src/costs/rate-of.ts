import { Offer } from "@reelay/contracts";
import type { Pool } from "../../prisma/generated/enums.ts";
import type { Tx } from "../events/index.ts";
import type { ComputeOffer, OfferBook } from "../prices/index.ts";

/**
 * The compute offer of a worker's machine: the one that the worker names, else the first of the task's pool.
 * Null if there is none: what it does has no price. Reads the worker only if there is a choice.
 */
export async function readOfferOf(
  tx: Tx,
  { offers }: OfferBook,
  { workerId, pool }: { workerId: string; pool: Pool },
): Promise<ComputeOffer | null> {
  if (offers.length > 1) {
    const worker = await tx.worker.findUnique({ where: { id: workerId }, select: { offer: true } });
    const name = worker && Offer.parse(worker.offer).computeOffer;
    if (name) return offers.find((offer) => offer.name === name) ?? null;
  }
  return (
    offers.find((offer) => offer.pool === pool) ?? offers.find(({ provider }) => provider === "local") ?? null
  );
}
