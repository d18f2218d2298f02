import type { Profile } from "@reelay/contracts";
import type { Edition } from "../../prisma/generated/client.ts";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import type { OperationDeps } from "../context/index.ts";
import {
  editionJobKind,
  firstTaskOf,
  replacingJobKinds,
  videoJobKinds,
  videoKindOf,
} from "../database/index.ts";
import { ConflictError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { createJob } from "./create-job.ts";
import { jobUnderWay } from "./own-job.ts";

interface NewEditionJob {
  id: string;
  workspaceId: string;
  videoId: string;
  profile: Profile;
  priority: JobPriority;
  edition: Pick<Edition, "id">;
  /** The job that it repeats. */
  retryOfId?: string;
}

/**
 * Throws `ConflictError` (`VIDEO_BUSY`) while a job of the video writes the published edition. The caller
 * holds the video's lock.
 */
export async function assertPublishedIdle(tx: Tx, videoId: string): Promise<void> {
  const busy = await jobUnderWay(tx, videoId, ...videoJobKinds, ...replacingJobKinds);
  if (busy === null) return;
  throw new ConflictError(
    "VIDEO_BUSY",
    `Another job of this video is ${busy.status} and writes the published edition. Wait until it has ended, or cancel it.`,
  );
}

/** Queues the job that renders an edition. The caller holds the video's lock. Throws `QuotaExceededError`. */
export async function createEditionJob(
  tx: Tx,
  deps: Pick<OperationDeps, "clock" | "limits" | "metrics">,
  { edition, ...job }: NewEditionJob,
): Promise<void> {
  const { videoId, priority } = job;
  const kind = editionJobKind;
  const source = await tx.source.findUniqueOrThrow({ where: { videoId }, select: { kind: true } });
  await tx.job.updateMany({ where: { videoId, kind, isSuperseded: false }, data: { isSuperseded: true } });
  const firstTask = firstTaskOf(videoKindOf(source.kind));
  await createJob(
    tx,
    { ...job, kind, firstTask, editionId: edition.id, isReady: true },
    { now: deps.clock(), maxActiveJobs: deps.limits.activeJobs },
  );
  deps.metrics?.jobCreated(priority);
}
