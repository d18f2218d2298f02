import { z } from "zod";
import { defineKind } from "./define-kind.ts";
import { videoParams } from "./video-params.ts";

export const PosterParams = z.object({
  ...videoParams,
  /** On the video's timeline. */
  atMs: z.int32().nonnegative(),
});
export type PosterParams = z.infer<typeof PosterParams>;

export const PosterResult = z.object({
  /** Object key; null until stored. */
  posterKey: z.string().nullable(),
});

/** A still at a chosen time, of the source or, if the source is not kept, of the finished variants. */
export const poster = defineKind({
  name: "POSTER",
  produces: "ASSET",
  params: PosterParams,
  result: PosterResult,
  requires: { runtime: "ffmpeg" },
});
