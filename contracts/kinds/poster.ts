import { z } from "zod";
import { defineKind } from "./define-kind.ts";
import { videoParams } from "./video-params.ts";

export const PosterParams = z.object({
  ...videoParams,
  /** Of the video's timeline. */
  atMs: z.int32().nonnegative(),
});
export type PosterParams = z.infer<typeof PosterParams>;

export const PosterResult = z.object({
  /** Of the object in the store; null while there is none. */
  posterKey: z.string().nullable(),
});

/** A picture of a chosen time: of the source, or of the finished variants where the source is not kept. */
export const poster = defineKind({
  name: "POSTER",
  produces: "ASSET",
  params: PosterParams,
  result: PosterResult,
  requires: { runtime: "ffmpeg" },
});
