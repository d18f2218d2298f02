import type { Profile } from "@reelay/contracts";
import { Prisma } from "../../prisma/generated/client.ts";
import type { Pool } from "../../prisma/generated/enums.ts";
import type { Tx } from "../events/record-change.ts";
import { aliveSince } from "../workers/alive.ts";

/**
 * The pool that a task is made for, as an expression of SQL, so that it costs those no round trip who write in one statement.
 *
 * `GPU` when a worker of that pool is there whose devices encode every codec of the profile; also when it is the only kind of worker there is, since nobody else
 * would come. Else `CPU`: workers with a GPU take those tasks, too, unless they were told otherwise, and use it for them. What nobody takes in time moves to
 * `CPU` (`sweeper/move-to-cpu.ts`), so that this may be wrong by the time a slot is free.
 */
export function poolFor({ rungs }: Pick<Profile, "rungs">, now: Date): Prisma.Sql {
  const codecs = [...new Set<string>(rungs.map(({ codec }) => codec))];
  const living = Prisma.sql`last_seen_at > ${aliveSince(now)} AND NOT is_stopping`;
  return Prisma.sql`(CASE WHEN EXISTS (
    SELECT 1 FROM workers w WHERE ${living} AND 'GPU' = ANY (w.pools) AND (w.device_codecs @> ${codecs}::text[]
      OR NOT EXISTS (SELECT 1 FROM workers WHERE ${living} AND 'CPU' = ANY (pools)))
    ) THEN 'GPU' ELSE 'CPU' END)::"Pool"`;
}

/** The same, for those who need to know it first. */
export async function readPool(tx: Tx, profile: Pick<Profile, "rungs">, now: Date): Promise<Pool> {
  const [row] = await tx.$queryRaw<Array<{ pool: Pool }>>`SELECT ${poolFor(profile, now)} AS pool`;
  return row?.pool ?? "CPU";
}

/** The pool of a task that needs no encoder of a device: `GPU` only where no other worker is there. */
export async function readAnyPool(tx: Tx, now: Date): Promise<Pool> {
  const workers = await tx.worker.findMany({
    where: { lastSeenAt: { gt: aliveSince(now) }, isStopping: false },
    select: { pools: true },
  });
  const has = (pool: Pool) => workers.some(({ pools }) => pools.includes(pool));
  return has("GPU") && !has("CPU") ? "GPU" : "CPU";
}
