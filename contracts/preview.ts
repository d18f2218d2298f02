import { z } from "zod";

/** A short silent loop of a video, from a few places of it: for lists and cards. */
export const Preview = z.object({
  /** Of the object in the store. */
  key: z.string(),
  /** `image/webp`; `video/mp4` where the worker's ffmpeg makes no animated WebP. */
  contentType: z.string(),
  width: z.int32().positive(),
  height: z.int32().positive(),
  durationMs: z.int32().positive(),
  sizeBytes: z.int().nonnegative(),
});
export type Preview = z.infer<typeof Preview>;
