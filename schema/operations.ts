/** The operations that mutations delegate to, and what they need. Stand-ins until src/videos and src/jobs are here: this file alone changes then. */
import type { Profile } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { PrismaClient } from "../prisma/generated/client.ts";
import type { JobPriority, Pool } from "../prisma/generated/enums.ts";
import type { Viewer } from "../src/auth/viewer.ts";
import type { Db } from "../src/db.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../src/errors.ts";
import type { LiveProgress } from "../src/progress/live-progress.ts";

export interface OperationDeps {
  db: PrismaClient;
  store: ObjectStore;
  live: LiveProgress;
  uploads: unknown;
  clock: () => Date;
  log: unknown;
}

export interface CreateVideoInput {
  title: string;
  externalId?: string | null;
  metadata?: unknown;
  profile?: string | null;
  priority?: JobPriority | null;
  idempotencyKey?: string | null;
  source: {
    upload?: { filename: string; sizeBytes: bigint | number; contentType?: string | null } | null;
    url?: { url: string; filename?: string | null } | null;
  };
}

export async function createVideo(
  { db, clock }: OperationDeps,
  viewer: Viewer,
  input: CreateVideoInput,
): Promise<{ videoId: string }> {
  if (input.title.trim() === "")
    throw new InvalidInputError("TITLE_INVALID", "title", "title is empty; give it 1 to 500 characters.");
  const { upload, url } = input.source;
  const source = upload
    ? {
        kind: "UPLOAD" as const,
        filename: upload.filename,
        sizeBytes: BigInt(upload.sizeBytes),
        objectKey: upload.filename,
        uploadProtocol: "TUS" as const,
        uploadUrl: `http://127.0.0.1/uploads/${upload.filename}`,
        uploadExpiresAt: new Date(clock().getTime() + 86_400_000),
      }
    : { kind: "URL" as const, filename: "source", objectKey: "source", url: url?.url ?? "" };
  const video = await db.video.create({
    data: {
      workspaceId: viewer.workspaceId,
      title: input.title,
      externalId: input.externalId ?? null,
      metadata: input.metadata ?? {},
      profile: input.profile ?? "default",
      source: { create: source },
    },
  });
  return { videoId: video.id };
}

async function ownVideo(db: Db, viewer: Viewer, videoId: string) {
  const video = await db.video.findFirst({ where: { id: videoId, workspaceId: viewer.workspaceId } });
  if (!video)
    throw new NotFoundError("VIDEO_NOT_FOUND", "There is no such video; list `videos` for those that exist.");
  return video;
}

async function ownJob(db: Db, viewer: Viewer, jobId: string) {
  const job = await db.job.findFirst({ where: { id: jobId, workspaceId: viewer.workspaceId } });
  if (!job)
    throw new NotFoundError("JOB_NOT_FOUND", "There is no such job; list `jobs` for those that exist.");
  return job;
}

export async function updateVideo(
  { db }: OperationDeps,
  viewer: Viewer,
  input: { videoId: string; title?: string; externalId?: string | null; metadata?: unknown },
): Promise<{ videoId: string }> {
  await ownVideo(db, viewer, input.videoId);
  const { videoId, metadata, ...rest } = input;
  await db.video.update({
    where: { id: videoId },
    data: { ...rest, ...(metadata === undefined ? {} : { metadata: metadata as object }) },
  });
  return { videoId };
}

export async function deleteVideo(
  { db }: OperationDeps,
  viewer: Viewer,
  { videoId }: { videoId: string },
): Promise<{ videoId: string }> {
  await ownVideo(db, viewer, videoId);
  await db.video.delete({ where: { id: videoId } });
  return { videoId };
}

export async function completeUpload(
  { db }: OperationDeps,
  viewer: Viewer,
  { videoId }: { videoId: string },
): Promise<{ videoId: string }> {
  await ownVideo(db, viewer, videoId);
  return { videoId };
}

export async function cancelJob(
  { db, clock }: OperationDeps,
  viewer: Viewer,
  { jobId }: { jobId: string },
): Promise<{ jobId: string }> {
  const job = await ownJob(db, viewer, jobId);
  if (job.status === "CANCELED") return { jobId };
  if (job.endedAt) throw new ConflictError("JOB_ENDED", `The job has ended as ${job.status}.`);
  await db.job.update({ where: { id: jobId }, data: { status: "CANCELED", endedAt: clock() } });
  return { jobId };
}

export async function retryJob(
  { db }: OperationDeps,
  viewer: Viewer,
  { jobId }: { jobId: string; idempotencyKey?: string | null },
): Promise<{ jobId: string }> {
  const job = await ownJob(db, viewer, jobId);
  if (!job.endedAt)
    throw new ConflictError("JOB_NOT_ENDED", `The job is ${job.status}; cancel it before a retry.`);
  const retry = await db.job.create({
    data: {
      workspaceId: job.workspaceId,
      videoId: job.videoId,
      kind: job.kind,
      priority: job.priority,
      profile: job.profile as object,
      retryOfId: job.id,
    },
  });
  return { jobId: retry.id };
}

export async function queuePosition(db: Db, jobIds: readonly string[]): Promise<Map<string, number | null>> {
  const rows = await db.job.findMany({ where: { id: { in: [...jobIds] } }, select: { id: true } });
  return new Map(rows.map(({ id }) => [id, null]));
}

export async function waitReason(db: Db, jobIds: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await db.job.findMany({ where: { id: { in: [...jobIds] } }, select: { id: true } });
  return new Map(rows.map(({ id }) => [id, null]));
}

export interface PoolOverview {
  pool: Pool;
  queued: number;
  running: number;
  oldestQueuedAt: Date | null;
}

export async function queueOverview(_db: Db, _workspaceId: string): Promise<PoolOverview[]> {
  return [];
}

export const defaultProfile: Profile = {
  name: "default",
  rungs: [{ name: "360p", height: 360, tier: "CRITICAL", codec: "H264", bitrateBps: 800_000 }],
  audio: { codec: "AAC", bitrateBps: 128_000 },
  segmentDurationMs: 4_000,
  gopDurationMs: 2_000,
};
export const profiles: readonly Profile[] = [defaultProfile];
