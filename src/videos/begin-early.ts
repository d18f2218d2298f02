import { Profile } from "@reelay/contracts";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { lockVideo } from "../auth/own-video.ts";
import type { Db } from "../database/db.ts";
import { releaseJob } from "../jobs/create-job.ts";

/**
 * The size of an upload with whose head its job can begin before the rest is there; null for one that must be whole first: one that is made in one
 * piece, or nobody waits for any more, or whose job was begun once already.
 */
export async function readEarlySize(db: Db, videoId: string): Promise<number | null> {
  const source = await db.source.findUnique({ where: { videoId }, select: { sizeBytes: true } });
  const job = await findEarlyJob(db, videoId);
  return job && source?.sizeBytes ? Number(source.sizeBytes) : null;
}

/** Queues the job of a video whose upload is under way, for its head. Doing it again changes nothing. */
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
      ...{ videoId, status: "PENDING", onlyVariants: { isEmpty: true } },
      video: { source: { kind: "UPLOAD", receivedAt: null } },
      // Whatever came of a first go, the next is on the whole.
      tasks: { none: { attempts: { some: {} } } },
    },
    select: { id: true, workspaceId: true, videoId: true, profile: true },
  });
  if (job === null) return null;
  const { rungs, download, audio } = Profile.parse(job.profile);
  // With a download it was never tried, and how loud a video is only the whole says.
  return rungs.length > 0 && !download && !audio.loudness ? job : null;
}
