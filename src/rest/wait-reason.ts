import type { OperationDeps } from "../context/index.ts";
import { jobUnderWay, waits } from "../jobs/index.ts";

/** Why a video's job does not run yet; null if it does. */
export async function waitReasonOf(
  {
    db,
    clock,
    limits,
    budgets,
    offers,
  }: Pick<OperationDeps, "db" | "clock" | "limits" | "budgets" | "offers">,
  videoId: string,
): Promise<string | null> {
  const job = await jobUnderWay(db, videoId);
  if (job === null) return null;
  const found = await waits(db, [job.id], {
    now: clock(),
    maxRunningTasks: limits.runningTasks,
    gpuPatienceMs: limits.gpuPatienceMs,
    budgets,
    offers,
  });
  return found.get(job.id)?.reason ?? null;
}
