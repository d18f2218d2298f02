import { posix } from "node:path";
import { objectKeys } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { removeSuperseded } from "../jobs/index.ts";

type SweepDeps = Pick<OperationDeps, "db" | "store" | "log">;

/** Editions handled in one run. */
const BATCH = 20;

/**
 * Removes the objects of editions that were replaced before this time, or that a newer one gave up. Their
 * rows stay as history. What cannot be removed only uses space.
 */
export async function sweepEditions(deps: SweepDeps, replacedBefore: Date): Promise<void> {
  const { db } = deps;
  const due = await db.$queryRaw<{ videoId: string; objectKey: string }[]>`
    WITH due AS (
      SELECT id FROM editions WHERE status = 'REPLACED' AND removed_at IS NULL AND replaced_at < ${replacedBefore}
      UNION ALL
      SELECT e.id FROM editions e WHERE e.status IN ('FAILED', 'CANCELED') AND e.removed_at IS NULL
        AND EXISTS (SELECT FROM editions newer WHERE newer.video_id = e.video_id AND newer.number > e.number)
      LIMIT ${BATCH})
    UPDATE editions SET removed_at = now() FROM due WHERE editions.id = due.id AND removed_at IS NULL
    RETURNING video_id AS "videoId", object_key AS "objectKey"`;
  for (const { videoId, objectKey } of due) {
    try {
      await deps.store.delete(objectKey);
      await removeCaptions(deps, videoId);
    } catch (error) {
      deps.log.warn({ err: error, videoId }, "edition.objects-not-removed");
    }
    await removeSuperseded(deps, videoId);
  }
}

/** Captions that were made of a narration and belong to no track any more. */
async function removeCaptions({ db, store }: SweepDeps, videoId: string): Promise<void> {
  const attempts = await db.attempt.findMany({
    where: { hasCaptions: true, task: { job: { videoId } } },
    select: { id: true, task: { select: { job: { select: { edition: true } } } } },
  });
  const tracks = await db.captionTrack.findMany({ where: { videoId }, select: { key: true } });
  const kept = await db.edition.findMany({ where: { videoId, removedAt: null }, select: { number: true } });
  for (const { id, task } of attempts) {
    const key = objectKeys.captions(videoId, id);
    const number = task.job.edition?.number ?? 1;
    if (tracks.some((track) => track.key === key) || kept.some((edition) => edition.number === number))
      continue;
    await store.deletePrefix(`${posix.dirname(key)}/`);
  }
}
