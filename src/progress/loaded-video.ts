import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";

type VideoRow = Prisma.VideoGetPayload<{ include: { variants: true; source: true } }>;

/** A video as it was in the database at one moment, with who may speak for its progress. */
export interface LoadedVideo {
  row: VideoRow;
  /** The newest job: what progress belongs to. A retry is a new one. */
  jobId: string | null;
  /** Open attempts of that job, i.e. the holders of its leases. */
  holders: { id: string; progressSequence: number }[];
}

/**
 * Reads several videos at once, in a fixed number of queries whatever their number. Children are read after their video, so
 * what comes back may be newer than its `revision` says, never older; the change that made it so is announced as well.
 */
export async function loadVideos(db: Db, ids: readonly string[]): Promise<Map<string, LoadedVideo>> {
  const videos = await db.video.findMany({
    where: { id: { in: [...ids] } },
    include: {
      variants: { orderBy: { position: "asc" } },
      source: true,
      jobs: {
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: 1,
        select: {
          id: true,
          tasks: {
            select: {
              attempts: {
                where: { outcome: null },
                orderBy: { number: "asc" },
                select: { id: true, progressSequence: true },
              },
            },
          },
        },
      },
    },
  });
  return new Map(
    videos.map(({ jobs, ...row }) => {
      const job = jobs[0];
      const holders = (job?.tasks ?? []).flatMap((task) => task.attempts);
      return [row.id, { row, jobId: job?.id ?? null, holders }];
    }),
  );
}
