import { Profile } from "@reelay/contracts";
import { type Job, Prisma } from "../../../prisma/generated/client.ts";
import type { OperationDeps } from "../../context/index.ts";
import { ConflictError } from "../../errors/index.ts";
import { recordChange, type Tx } from "../../events/index.ts";
import { assertPublishedIdle, createEditionJob, editionMayRetryAs } from "../../jobs/index.ts";
import { assertRoom } from "../../quotas/index.ts";

/**
 * Renders an edition again that failed or was canceled, from its last finished chunk. Throws `ConflictError`
 * (`EDITION_SUPERSEDED`, `VIDEO_BUSY`), `QuotaExceededError`.
 */
export async function retryEdition(tx: Tx, deps: OperationDeps, job: Job, newId: string): Promise<void> {
  const { videoId, workspaceId, priority } = job;
  const newest = await tx.edition.findFirst({ where: { videoId }, orderBy: { number: "desc" } });
  if (newest === null || newest.id !== job.editionId || newest.status === "RENDERING") {
    throw new ConflictError(
      "EDITION_SUPERSEDED",
      `A newer job renders this video's ${newest ? `edition ${newest.number}` : "edition"}. Retry or watch that one.`,
    );
  }
  await assertPublishedIdle(tx, videoId);
  await assertRoom(tx, workspaceId, deps.limits);
  await tx.edition.update({
    where: { id: newest.id, status: editionMayRetryAs("RENDERING") },
    data: { status: "RENDERING", error: Prisma.DbNull },
  });
  const profile = Profile.parse(job.profile);
  const next = { id: newId, workspaceId, videoId, profile, priority, retryOfId: job.id };
  await createEditionJob(tx, deps, { ...next, edition: newest });
  await recordChange(tx, { workspaceId, videoId, jobId: newId }, [
    { type: "video.edition-started", data: { edition: newest.number } },
  ]);
}
