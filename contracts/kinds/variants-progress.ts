import { z } from "zod";

/** Fits into a column of 32 bits; the database would refuse anything larger again and again. */
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
  /** Milliseconds until this variant is done; null while unknown. */
  etaMs: z.number().nonnegative().nullable(),
});
export type VariantProgress = z.infer<typeof VariantProgress>;

/** The progress detail of a kind that produces variants: all of them in one report. */
export const VariantsProgress = z.object({
  /** The part of the timeline that the attempt makes and that its fractions refer to. Absent: the whole. */
  span: z.object({ startMs: count, endMs: count.nullable() }).optional(),
  variants: z.array(VariantProgress),
});
export type VariantsProgress = z.infer<typeof VariantsProgress>;
