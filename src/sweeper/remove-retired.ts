import type { OperationDeps } from "../deps.ts";
import { removeLosers } from "../jobs/remove-losers.ts";

/** Longer than a viewer watches with one loaded playlist. */
const keptMs = 86_400_000;
const batch = 20;

/** Removes objects that repairs replaced a day ago. */
export async function removeRetired(
  deps: Pick<OperationDeps, "db" | "store" | "clock" | "log">,
): Promise<void> {
  const { db, clock } = deps;
  const before = new Date(clock().getTime() - keptMs);
  const rows = await db.storedFolder.findMany({
    where: { retiredAt: { lt: before } },
    distinct: ["videoId"],
    select: { videoId: true },
    take: batch,
  });
  for (const { videoId } of rows) {
    await db.storedFolder.deleteMany({ where: { videoId, retiredAt: { lt: before } } });
    await removeLosers(deps, videoId);
  }
}
