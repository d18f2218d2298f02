import { z } from "zod";
import { RenditionPart } from "./render-state.ts";
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

/** Progress detail of the kinds that draw their frames. */
export const DrawingProgress = VariantsProgress.extend({ step: DrawingStep.optional() });
export type DrawingProgress = z.infer<typeof DrawingProgress>;
