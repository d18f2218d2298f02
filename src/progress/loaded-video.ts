import type { Prisma } from "../../prisma/generated/client.ts";
import { type Db, isRenderingJob } from "../database/index.ts";
import { type KeptShare, readShares } from "./read-shares.ts";

type VideoRow = Prisma.VideoGetPayload<{ include: { variants: true; source: true; assets: true } }>;

/** A video as it was in the database at one moment, with the attempts that may report its progress. */
export interface LoadedVideo {
  row: VideoRow;
  /**
   * The newest job that renders the video or an edition, to which progress belongs. A retry is a new job.
   */
  jobId: string | null;
  /** Open attempts of that job, i.e. the holders of its leases. */
  holders: { id: string; progressSequence: number; step: unknown }[];
  /** Progress of each variant by task if the job is split. Null: one task renders all. */
  shares: KeptShare[] | null;
}

/**
 * Reads several videos at once, in a fixed number of queries whatever their number, and one more if a job was
 * cut into several tasks. Children are read after their video, so what comes back may be newer than its
 * `revision` says, never older; the change that made it so is announced as well.
 */
export async function loadVideos(db: Db, ids: readonly string[]): Promise<Map<string, LoadedVideo>> {
  const videos = await db.video.findMany({
    where: { id: { in: [...ids] } },
    include: {
      variants: { orderBy: { position: "asc" } },
      source: true,
      assets: true,
      jobs: {
        where: isRenderingJob,
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: 1,
        select: {
          id: true,
          plan: true,
          tasks: {
            // Of hundreds, only the running ones.
            where: { attempts: { some: { outcome: null } } },
            select: {
              attempts: {
                where: { outcome: null },
                orderBy: { number: "asc" },
                select: { id: true, progressSequence: true, step: true },
              },
            },
          },
        },
      },
    },
  });
  const split = videos.flatMap(({ jobs }) => jobs.filter(({ plan }) => plan !== null)).map(({ id }) => id);
  const shares = Map.groupBy(split.length === 0 ? [] : await readShares(db, split), ({ jobId }) => jobId);
  return new Map(
    videos.map(({ jobs, ...row }) => {
      const job = jobs[0];
      const holders = (job?.tasks ?? []).flatMap((task) => task.attempts);
      const isSplit = job !== undefined && job.plan !== null;
      return [
        row.id,
        { row, jobId: job?.id ?? null, holders, shares: isSplit ? (shares.get(job.id) ?? []) : null },
      ];
    }),
  );
}
