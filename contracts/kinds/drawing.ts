import { z } from "zod";
import { type DrawnChunk, RenditionPart } from "./render-state.ts";
import { VariantsProgress } from "./variants-progress.ts";
import { variantsParams } from "./video-params.ts";

/** The parameters of every kind whose frames a painter draws. */
export const drawingParams = {
  ...variantsParams,
  /**
   * Finished chunks of similar drawings of the workspace. A chunk with the same frames is copied from there,
   * if it is still there.
   */
  known: z.array(RenditionPart).optional(),
} as const;
const DrawingParams = z.object(drawingParams);
export type DrawingParams = z.infer<typeof DrawingParams>;

/** Where the segments of a chunk are. The API writes it once a video is READY; a worker copies them. */
export const ChunkEntry = z.object({
  version: z.literal(1),
  /** As in `chunkIdentity`. */
  identity: z.string(),
  /** One of each rendition, of one video. */
  parts: z.array(RenditionPart).min(1).max(100),
  /** CRC-32C of its objects in base64, by key, as far as they are known. */
  sums: z.record(z.string(), z.string()),
});
export type ChunkEntry = z.infer<typeof ChunkEntry>;

/** What decides the bytes of a chunk's segments besides their times: equal ones are copies. Pure. */
export const chunkIdentity = (
  { painter, sha256 }: Pick<DrawnChunk, "painter" | "sha256">,
  /** By rendition. */
  recipes: ReadonlyMap<string, string>,
): string => JSON.stringify([painter, sha256, [...recipes].toSorted(([a], [b]) => (a < b ? -1 : 1))]);

/** What a painter is drawing: an animation of a script, or a scene of a template. */
export const DrawingStep = z.object({
  /** Absent: an animation, i.e. a call of `play` or `wait`. */
  kind: z.literal("SCENE").optional(),
  /** From 0. */
  index: z.int32().nonnegative(),
  /** Number of steps, counted before the first frame; null until then. A script may play more. */
  count: z.int32().nonnegative().nullable(),
  /** E.g. `Create(Circle)`. */
  name: z.string().max(200),
  /** Progress of this step, 0 to 1. */
  fraction: z.number().min(0).max(1),
});
export type DrawingStep = z.infer<typeof DrawingStep>;

/** Of one report. */
export const MAX_PASSED_STEPS = 64;

/** Progress detail of the kinds that draw their frames. */
export const DrawingProgress = VariantsProgress.extend({
  step: DrawingStep.optional(),
  /** Steps that have ended since the report before, oldest first: many are shorter than its delivery. */
  passed: z.array(DrawingStep).max(MAX_PASSED_STEPS).optional(),
});
export type DrawingProgress = z.infer<typeof DrawingProgress>;
