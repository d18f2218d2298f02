import { z } from "zod";
import { StoredFile } from "../stored-folder.ts";
import { defineKind, versionOnly } from "./define-kind.ts";
import { Download, downloadFileName } from "./download-file.ts";
import { videoParams } from "./video-params.ts";

export const DownloadParams = z.object({
  ...videoParams,
  /** Default `video.mp4`. */
  downloadName: downloadFileName.optional(),
  /**
   * Checksums of its input objects, by folder (a key prefix that ends in `/`). The worker does not verify
   * objects that are not listed.
   */
  sums: z.array(z.object({ prefix: z.string(), files: z.array(StoredFile) })).optional(),
});
export type DownloadParams = z.infer<typeof DownloadParams>;

export const DownloadResult = z.object({ download: Download.nullable().optional() });

/** Combines a finished variant and the audio into one file. Encodes nothing and does not read the source. */
export const download = defineKind({
  name: "DOWNLOAD",
  produces: "ASSET",
  taskParams: versionOnly,
  params: DownloadParams,
  result: DownloadResult,
  asset: versionOnly.extend(Download.shape),
  requires: { runtime: "ffmpeg" },
});
