import { type AssetKind, Profile, parseTaskParams } from "@reelay/contracts";
import type { Job } from "../../../prisma/generated/client.ts";
import type { OperationDeps } from "../../context/index.ts";
import { ConflictError } from "../../errors/index.ts";
import type { Tx } from "../../events/index.ts";
import { jobUnderWay } from "../../jobs/index.ts";
import { assertRoom } from "../../quotas/index.ts";
import { createAssetJob } from "./create-asset-job.ts";
import { jobBefore } from "./lock-asked-video.ts";
import { needsVariants } from "./needs-variants.ts";

/** Repeats a job for an asset. Throws `ConflictError` (`JOB_SUPERSEDED`), `QuotaExceededError`. */
export async function retryAssetJob(
  tx: Tx,
  deps: OperationDeps,
  { kind, ...earlier }: Job & { kind: AssetKind },
  { newId: id, isSmall = false, ...traits }: { newId: string; isSmall?: boolean; needsVariants?: boolean },
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
  const task = await tx.task.findFirstOrThrow({ where: { jobId: earlier.id } });
  const params = parseTaskParams(kind, task.params);
  const video = await tx.video.findUniqueOrThrow({ where: { id: videoId }, include: { source: true } });
  const dependsOnId = needsVariants(traits, video.source) ? await jobBefore(tx, video) : null;
  const job = { id, workspaceId, videoId, kind, priority, params, retryOfId: earlier.id, dependsOnId };
  const profile = Profile.parse(earlier.profile);
  await createAssetJob(tx, { ...job, profile }, { now: deps.clock(), maxActiveJobs: deps.limits.activeJobs });
  deps.metrics?.jobCreated(priority);
}
