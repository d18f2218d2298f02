import { z } from "zod";
import { defineKind, versionOnly } from "./define-kind.ts";
import { videoParams } from "./video-params.ts";

const PosterTaskParams = versionOnly.extend({
  /** On the video's timeline. */
  atMs: z.int32().nonnegative(),
});

export const PosterParams = z.object({
  ...videoParams,
  ...PosterTaskParams.shape,
  /** The source is no media file: the still comes from the variants in `keep`. Default false. */
  fromVariants: z.boolean().optional(),
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
  taskParams: PosterTaskParams,
  params: PosterParams,
  result: PosterResult,
  /** `atMs`: the position that a user chose; null: a worker chose. */
  asset: versionOnly.extend({ key: z.string(), atMs: z.int32().nonnegative().nullable() }),
  requires: { runtime: "ffmpeg" },
});
