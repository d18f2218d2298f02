import { z } from "zod";

/** Fits into a 32-bit column; the database would refuse anything larger on every redelivery. */
const count = z.int32().nonnegative();

export const VariantProgress = z.object({
  name: z.string(),
  /** 0 to 1. */
  fraction: z.number().min(0).max(1),
  frames: count,
  /** Frames encoded per second of wall time. */
  fps: z.number().nonnegative(),
  /** Seconds of video encoded per second of wall time. */
  speed: z.number().nonnegative(),
  sizeBytes: z.int().nonnegative(),
  /** Estimated milliseconds until this variant is done; null if unknown. */
  etaMs: z.number().nonnegative().nullable(),
});
export type VariantProgress = z.infer<typeof VariantProgress>;

/** Progress detail of a kind that produces variants, with all of them in one report. */
export const VariantsProgress = z.object({
  /**
   * The part of the timeline that the attempt makes and its fractions refer to. Absent: the whole timeline.
   */
  span: z.object({ startMs: count, endMs: count.nullable() }).optional(),
  variants: z.array(VariantProgress),
});
export type VariantsProgress = z.infer<typeof VariantsProgress>;
