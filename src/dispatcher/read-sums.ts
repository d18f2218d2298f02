import { objectKeys, type RenderRequested, StoredFile } from "@reelay/contracts";
import type { Tx } from "../events/record-change.ts";
import type { TaskWithAll } from "./to-render-requested.ts";

/**
 * Checksums of what a download is made of, by task: its worker compares what it reads. Of every finished rendition, because the worker
 * chooses the variant. One query for all tasks, none where no task is a download.
 */
export async function readSums(
  tx: Tx,
  tasks: readonly TaskWithAll[],
): Promise<Map<string, NonNullable<RenderRequested["sums"]>>> {
  const downloads = tasks.filter(({ kind }) => kind === "DOWNLOAD");
  if (downloads.length === 0) return new Map();
  const rows = await tx.storedFolder.findMany({
    where: { videoId: { in: downloads.map(({ job }) => job.videoId) }, retiredAt: null, folder: { not: "" } },
    select: { videoId: true, attemptId: true, folder: true, files: true },
  });
  return new Map(
    downloads.map(({ id, job }) => {
      const names = [...job.video.variants, ...job.video.audioTracks].map(({ name }) => name);
      const sums = rows
        .filter((row) => row.videoId === job.videoId && names.some((name) => isOf(row.folder, name)))
        .map(({ attemptId, folder, files }) => ({
          prefix: `${objectKeys.attempt(job.videoId, attemptId)}${folder}/`,
          files: StoredFile.array().parse(files),
        }));
      return [id, sums];
    }),
  );
}

/** What was made a second time in one attempt is in `720p.2`. */
const isOf = (folder: string, rendition: string): boolean =>
  folder === rendition || folder.startsWith(`${rendition}.`);
