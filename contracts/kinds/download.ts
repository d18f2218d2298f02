import { z } from "zod";
import { StoredFile } from "../stored-folder.ts";
import { defineKind } from "./define-kind.ts";
import { Download, downloadFileName } from "./download-file.ts";
import { videoParams } from "./video-params.ts";

export const DownloadParams = z.object({
  ...videoParams,
  /** Default `video.mp4`. */
  downloadName: downloadFileName.optional(),
  /**
   * Checksums of the objects that it is made of, by folder (a key prefix that ends in `/`). The worker does not
   * compare objects that are not listed.
   */
  sums: z.array(z.object({ prefix: z.string(), files: z.array(StoredFile) })).optional(),
});
export type DownloadParams = z.infer<typeof DownloadParams>;

export const DownloadResult = z.object({ download: Download.nullable().optional() });

/** One file of a finished variant and the audio. Nothing is encoded again, and the source is not read. */
export const download = defineKind({
  name: "DOWNLOAD",
  produces: "ASSET",
  params: DownloadParams,
  result: DownloadResult,
  requires: { runtime: "ffmpeg" },
});
