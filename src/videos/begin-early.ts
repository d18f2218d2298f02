import { Profile } from "@reelay/contracts";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { lockVideo } from "../auth/index.ts";
import { type Db, isVideoJob } from "../database/index.ts";
import { releaseJob } from "../jobs/index.ts";

/**
 * Size of an upload whose job can start with the head before the rest arrives. Null if the whole source must
 * arrive first: the video is made in one piece, is no longer wanted, or its job has already started once.
 */
export async function readEarlySize(db: Db, videoId: string): Promise<number | null> {
  const source = await db.source.findUnique({ where: { videoId }, select: { sizeBytes: true } });
  const job = await findEarlyJob(db, videoId);
  return job && source?.sizeBytes ? Number(source.sizeBytes) : null;
}

/** Queues the job of a video during its upload, for the head. Safe to repeat. */
export async function beginEarly(
  { db, clock }: { db: PrismaClient; clock: () => Date },
  videoId: string,
): Promise<boolean> {
  return await db.$transaction(async (tx) => {
    if (!(await lockVideo(tx, videoId))) return false;
    const job = await findEarlyJob(tx, videoId);
    if (job === null) return false;
    await releaseJob(tx, job, clock());
    return true;
  });
}

async function findEarlyJob(db: Db, videoId: string) {
  const job = await db.job.findFirst({
    where: {
      ...{ videoId, ...isVideoJob, status: "PENDING", onlyVariants: { isEmpty: true } },
      video: { source: { kind: "UPLOAD", receivedAt: null } },
      // After a first attempt, the next one needs the whole source.
      tasks: { none: { attempts: { some: {} } } },
    },
    select: { id: true, workspaceId: true, videoId: true, profile: true },
  });
  if (job === null) return null;
  const { rungs, download, audio } = Profile.parse(job.profile);
  // Downloads are excluded because they are untested here, loudness because it needs the whole source.
  return rungs.length > 0 && !download && !audio.loudness ? job : null;
}
