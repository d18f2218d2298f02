import type { SourceDamage } from "@reelay/contracts";
import { recordChange, type Tx } from "../../../events/index.ts";
import type { HeldAttempt, JobEnd } from "../../../jobs/index.ts";

/**
 * Records an event if a part of the source could not be decoded. For a video in one piece, its worker rejects
 * a mostly damaged source; for one in parts, each worker sees only its own, so the damage is added up here.
 *
 * @returns how the job ends if more than half of the video is lost; else null
 */
export async function noteDamage(
  tx: Tx,
  { id: attemptId, task: { job } }: HeldAttempt,
  damage: SourceDamage,
  durationMs: number | null,
): Promise<JobEnd | null> {
  await recordChange(tx, { ...job, jobId: job.id, attemptId }, [
    { type: "video.source-damaged", data: damage },
  ]);
  // Variants may be made in groups, each with the same damage.
  const [sum] = await tx.$queryRaw<{ lostMs: number }[]>`
    SELECT coalesce(sum(lost), 0)::float8 AS "lostMs" FROM (
      SELECT max((data->>'lostMs')::float8) AS lost FROM events
      WHERE video_id = ${job.videoId}::uuid AND job_id = ${job.id}::uuid AND type = 'video.source-damaged'
      GROUP BY data->>'startMs') spans`;
  const lostMs = sum?.lostMs ?? 0;
  if (durationMs === null || lostMs <= durationMs / 2) return null;
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  return {
    status: "FAILED",
    error: {
      code: "SOURCE_CORRUPT",
      message: `The source is damaged: of its ${seconds(durationMs)} s of pictures at least ${seconds(lostMs)} s could not be decoded. Upload a copy that plays to its end.`,
      scope: "INPUT",
      retriable: false,
      attemptId,
    },
  };
}
