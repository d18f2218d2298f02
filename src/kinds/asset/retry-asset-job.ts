import { type AssetKind, Profile } from "@reelay/contracts";
import type { Job } from "../../../prisma/generated/client.ts";
import type { OperationDeps } from "../../deps.ts";
import { ConflictError } from "../../errors.ts";
import type { Tx } from "../../events/record-change.ts";
import { jobUnderWay } from "../../jobs/own-job.ts";
import { assertRoom } from "../../quotas/index.ts";
import { createAssetJob } from "./create-asset-job.ts";

/** Repeats a job for an asset. Throws `ConflictError` (`JOB_SUPERSEDED`), `QuotaExceededError`. */
export async function retryAssetJob(
  tx: Tx,
  deps: OperationDeps,
  { kind, ...earlier }: Job & { kind: AssetKind },
  { newId: id, isSmall = false }: { newId: string; isSmall?: boolean },
): Promise<void> {
  const { workspaceId, videoId, priority } = earlier;
  const newer = await jobUnderWay(tx, videoId, kind);
  if (newer) {
    throw new ConflictError(
      "JOB_SUPERSEDED",
      `Another job for the same asset is already ${newer.status}. Watch that one.`,
    );
  }
  if (!isSmall) await assertRoom(tx, workspaceId, deps.limits);
  const { startMs: atMs } = await tx.task.findFirstOrThrow({ where: { jobId: earlier.id } });
  const job = { id, workspaceId, videoId, kind, priority, atMs, retryOfId: earlier.id };
  const profile = Profile.parse(earlier.profile);
  await createAssetJob(tx, { ...job, profile }, { now: deps.clock(), maxActiveJobs: deps.limits.activeJobs });
  deps.metrics?.jobCreated(priority);
}
