import { z } from "zod";
import { defineKind, versionOnly } from "./define-kind.ts";
import { videoParams } from "./video-params.ts";

/** A short silent loop of a few moments of a video, for lists and cards. */
export const Preview = z.object({
  /** Object key. */
  key: z.string(),
  /** `image/webp`, or `video/mp4` if the worker's ffmpeg cannot encode animated WebP. */
  contentType: z.string(),
  width: z.int32().positive(),
  height: z.int32().positive(),
  durationMs: z.int32().positive(),
  sizeBytes: z.int().nonnegative(),
});
export type Preview = z.infer<typeof Preview>;

export const PreviewParams = z.object(videoParams);

export const PreviewResult = z.object({ preview: Preview.nullable().optional() });

/** An animated preview, cut from the finished variants. */
export const preview = defineKind({
  name: "PREVIEW",
  produces: "ASSET",
  taskParams: versionOnly,
  params: PreviewParams,
  result: PreviewResult,
  asset: versionOnly.extend(Preview.shape),
  requires: { runtime: "ffmpeg" },
});
