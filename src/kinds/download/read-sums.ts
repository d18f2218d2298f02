import { type DownloadParams, objectKeys, StoredFile } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";

/**
 * Checksums of a download's input objects, which its worker verifies. They cover every finished rendition,
 * since the worker chooses the variant.
 */
export async function readSums(tx: Tx, { job }: TaskWithAll): Promise<NonNullable<DownloadParams["sums"]>> {
  const { videoId, video } = job;
  const rows = await tx.storedFolder.findMany({
    where: { videoId, retiredAt: null, folder: { not: "" } },
    select: { attemptId: true, folder: true, files: true },
  });
  const names = [...video.variants, ...video.audioTracks].map(({ name }) => name);
  return rows
    .filter(({ folder }) => names.some((name) => isOf(folder, name)))
    .map(({ attemptId, folder, files }) => ({
      prefix: `${objectKeys.attempt(videoId, attemptId)}${folder}/`,
      files: StoredFile.array().parse(files),
    }));
}

/** A rendition's second encode within an attempt is in `720p.2`. */
const isOf = (folder: string, rendition: string): boolean =>
  folder === rendition || folder.startsWith(`${rendition}.`);
