import { activeJobStatuses, type JobStatus, type ReportedError } from "@reelay/contracts";
import { type Change, recordChange, type Tx } from "../events/record-change.ts";
import { planMasterPlaylist } from "../videos/master-playlist.ts";

export interface JobEnd {
  status: Extract<JobStatus, "SUCCEEDED" | "FAILED" | "CANCELED">;
  /** Why, unless it succeeded. */
  error: Pick<ReportedError, "code" | "message" | "scope"> | null;
}

export const canceled: JobEnd = {
  status: "CANCELED",
  error: {
    code: "JOB_CANCELED",
    message: "The job was canceled before any variant was ready; retry it to render the video after all.",
    scope: "INPUT",
  },
};

/**
 * Brings a job with its tasks to its end, unfinished variants with it, and the video to what it then is: READY if anything plays,
 * else FAILED with the job's error. The caller holds the video's lock, and has closed the job's attempts.
 */
export async function settleJob(
  tx: Tx,
  job: { id: string; workspaceId: string; videoId: string },
  end: JobEnd,
  now: Date,
): Promise<void> {
  const { videoId } = job;
  const open = { in: [...activeJobStatuses] };
  const ended = { status: end.status, endedAt: now };
  await tx.task.updateMany({ where: { jobId: job.id, status: open }, data: ended });
  const error = end.status === "FAILED" ? end.error : null;
  const { count } = await tx.job.updateMany({
    where: { id: job.id, status: open },
    data: {
      ...ended,
      errorCode: error?.code ?? null,
      errorMessage: error?.message ?? null,
      errorScope: error?.scope ?? null,
    },
  });
  if (count === 0) return;
  const changes: Change[] = [
    { type: `job.${end.status.toLowerCase()}`, data: end.error ? { code: end.error.code } : {} },
  ];
  await tx.variant.updateMany({
    where: { videoId, status: { in: ["PENDING", "RENDERING"] } },
    data: {
      status: end.status === "CANCELED" ? "CANCELED" : "FAILED",
      etaMs: null,
      errorCode: end.error?.code ?? "RENDITION_INCOMPLETE",
      errorMessage: end.error?.message ?? "The worker ended without this variant; retry the job.",
    },
  });
  await tx.$executeRaw`UPDATE variants SET playlist = NULL WHERE video_id = ${videoId}::uuid AND status <> 'READY'`;
  // Sound that never ends would keep players waiting at the end of every variant.
  await tx.$executeRaw`
    UPDATE audio_tracks SET playlist = NULL WHERE video_id = ${videoId}::uuid AND NOT (playlist->>'isComplete')::boolean`;
  const video = await tx.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: true, audio: true },
  });
  if (planMasterPlaylist(video) !== null) {
    await tx.$executeRaw`
      UPDATE videos SET status = 'READY', ready_at = coalesce(ready_at, ${now}), playable_at = coalesce(playable_at, ${now}),
        error_code = NULL, error_message = NULL, error_scope = NULL, updated_at = ${now}
      WHERE id = ${videoId}::uuid`;
    changes.push({ type: "video.ready" });
  } else {
    const { code, message, scope } = end.error ?? {
      code: "NO_VARIANT_READY",
      message: "The job ended without a variant that plays; its attempts say why.",
      scope: "WORKER",
    };
    await tx.video.update({
      where: { id: videoId },
      data: {
        status: "FAILED",
        errorCode: code,
        errorMessage: message,
        errorScope: scope,
        playableAt: null,
        readyAt: null,
      },
    });
    changes.push({ type: "video.failed", data: { code } });
  }
  await recordChange(tx, { ...job, jobId: job.id }, changes);
}
