import {
  editionTransitions,
  type JobStatus,
  jobTransitions,
  type RecordedError,
  statusesBefore,
  variantTransitions,
} from "@reelay/contracts";
import type { Job } from "../../prisma/generated/client.ts";
import { chargeAttempt } from "../costs/index.ts";
import { errorColumn, rendersEdition, settlesVideo } from "../database/index.ts";
import { type Change, recordChange, type Tx } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { planMasterPlaylist } from "../streaming/index.ts";
import { recordSample } from "../work/index.ts";
import { releaseJob } from "./create-job.ts";
import { videoMayBecome } from "./may-become.ts";
import { stopOpenAttempts } from "./stop-attempts.ts";

export interface JobEnd {
  status: Extract<JobStatus, "SUCCEEDED" | "FAILED" | "CANCELED">;
  /** The error, unless it succeeded. */
  error: RecordedError | null;
}

export const canceled: JobEnd = {
  status: "CANCELED",
  error: {
    code: "JOB_CANCELED",
    message: "The job was canceled before any variant was ready. Retry it to render the video.",
    scope: "INPUT",
    retriable: true,
  },
};

const incomplete: RecordedError = {
  code: "RENDITION_INCOMPLETE",
  message: "The worker ended without this variant. Retry it.",
  scope: "WORKER",
  retriable: true,
};

const nothingReady: RecordedError = {
  code: "NO_VARIANT_READY",
  message: "The job ended without a playable variant. Its attempts have the reasons.",
  scope: "WORKER",
  retriable: true,
};

type SettledJob = Pick<Job, "id" | "workspaceId" | "videoId" | "kind">;

/**
 * Settles a job with its tasks and unfinished variants, and the video: READY if anything plays, else FAILED
 * with the job's error. Jobs of other kinds change neither. Jobs that depend on it start, or end as it did.
 * The caller holds the video's lock, and has closed the attempt that ends it.
 */
export async function settleJob(tx: Tx, job: SettledJob, end: JobEnd, now: Date): Promise<void> {
  if (!(await endJob(tx, job, end, now))) return;
  const dependents = await tx.job.findMany({ where: { dependsOnId: job.id, status: "PENDING" } });
  for (const dependent of dependents) {
    if (end.status === "SUCCEEDED") await releaseJob(tx, dependent, now);
    else await settleJob(tx, dependent, { status: end.status, error: dependencyEnded(job, end) }, now);
  }
}

const dependencyEnded = ({ id, kind }: SettledJob, { status }: JobEnd): RecordedError => ({
  code: `DEPENDENCY_${status}`,
  message: `It needs the output of the job ${encodeGlobalId("Job", id)} (${kind}), which is ${status}. Retry that one, then this one.`,
  scope: "INPUT",
  retriable: true,
});

/** Resolves to false if the job has ended before. */
async function endJob(tx: Tx, job: SettledJob, end: JobEnd, now: Date): Promise<boolean> {
  const { videoId } = job;
  const open = { status: { in: statusesBefore(end.status, jobTransitions) } };
  const ended = { status: end.status, endedAt: now };
  await tx.task.updateMany({ where: { jobId: job.id, ...open }, data: ended });
  const { count } = await tx.job.updateMany({
    where: { id: job.id, ...open },
    data: { ...ended, error: errorColumn(end.status === "FAILED" ? end.error : null) },
  });
  if (count === 0) return false;
  await closeOtherAttempts(tx, job, now);
  const { spentMicros } = await tx.job.findUniqueOrThrow({
    where: { id: job.id },
    select: { spentMicros: true },
  });
  const isBeside = !settlesVideo(job.kind);
  if (end.status === "SUCCEEDED" && !isBeside) await recordSample(tx, job.id, now);
  const told = {
    ...(isBeside && { kind: job.kind }),
    ...(spentMicros > 0n && { costMicros: Number(spentMicros) }),
  };
  const changes: Change[] = [
    {
      type: `job.${end.status.toLowerCase()}`,
      data: { ...told, ...(end.error && { code: end.error.code }) },
    },
  ];
  if (isBeside) {
    if (rendersEdition(job.kind)) changes.push(...(await endEdition(tx, job, end)));
    await recordChange(tx, { ...job, jobId: job.id }, changes);
    return true;
  }
  const unfinished = end.status === "CANCELED" ? "CANCELED" : "FAILED";
  await tx.variant.updateMany({
    where: { videoId, status: { in: statusesBefore(unfinished, variantTransitions) } },
    data: {
      status: unfinished,
      etaMs: null,
      error: errorColumn(end.error ?? incomplete),
    },
  });
  await tx.$executeRaw`UPDATE variants SET playlist = NULL WHERE video_id = ${videoId}::uuid AND status <> 'READY'`;
  // Complete parts stay for a retry of the job.
  await tx.part.deleteMany({ where: { videoId, isComplete: false } });
  changes.push(...(await settleVideo(tx, videoId, end.error ?? nothingReady, now)));
  await recordChange(tx, { ...job, jobId: job.id }, changes);
  return true;
}

/** An edition ends unpublished with its job. One that a newer edition has ended stays as it is. */
async function endEdition(tx: Tx, { id }: SettledJob, { status, error }: JobEnd): Promise<Change[]> {
  if (status === "SUCCEEDED") return [];
  const [edition] = await tx.edition.updateManyAndReturn({
    where: { jobs: { some: { id } }, status: { in: statusesBefore(status, editionTransitions) } },
    data: { status, error: errorColumn(status === "FAILED" ? error : null) },
    select: { number: true },
  });
  if (edition === undefined) return [];
  const code = error === null ? {} : { code: error.code };
  const type = status === "FAILED" ? "video.edition-failed" : "video.edition-canceled";
  return [{ type, data: { edition: edition.number, ...code } }];
}

/** Stops attempts of an ended job that are still running; their later reports change nothing. */
async function closeOtherAttempts(
  tx: Tx,
  { id: jobId, videoId }: { id: string; videoId: string },
  now: Date,
) {
  const stopped = await stopOpenAttempts(tx, { videoId, jobId, reason: "CANCELED", now });
  if (stopped === 0) return;
  const ended = await tx.attempt.findMany({
    where: { outcome: null, task: { jobId } },
    include: { task: { include: { job: true } } },
  });
  await tx.attempt.updateMany({
    where: { id: { in: ended.map(({ id }) => id) } },
    data: { outcome: "CANCELED", endedAt: now },
  });
  for (const attempt of ended) await chargeAttempt(tx, attempt, now);
}

/**
 * READY if anything plays, whatever the job's result; else FAILED. A video that was READY stays so without an
 * event.
 */
async function settleVideo(tx: Tx, videoId: string, error: RecordedError, now: Date): Promise<Change[]> {
  // Audio without an end would keep players waiting at the end of every variant.
  await tx.$executeRaw`
    UPDATE audio_tracks SET playlist = NULL WHERE video_id = ${videoId}::uuid AND NOT (playlist->>'isComplete')::boolean`;
  const video = await tx.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { variants: true, audioTracks: true, captionTracks: true },
  });
  // Nothing else is expected.
  if (planMasterPlaylist({ ...video, playableAt: video.playableAt ?? now }) !== null) {
    const { playableAt, readyAt } = video;
    const since = { playableAt: playableAt ?? now, readyAt: readyAt ?? now };
    await tx.video.update({
      where: { id: videoId, status: videoMayBecome("READY") },
      data: { status: "READY", ...since, error: errorColumn(null) },
    });
    return video.status === "READY" ? [] : [{ type: "video.ready" }];
  }
  await tx.video.update({
    where: { id: videoId, status: videoMayBecome("FAILED") },
    data: { status: "FAILED", error: errorColumn(error), playableAt: null, readyAt: null },
  });
  return [{ type: "video.failed", data: { code: error.code } }];
}
