import { z } from "zod";
import { defineKind, versionOnly } from "./define-kind.ts";
import { DrawingProgress, drawingParams } from "./drawing.ts";
import { MAX_MATERIALS, SourceMaterial } from "./materials.ts";
import { RenderState } from "./render-state.ts";

/** How Manim draws: `CAIRO` for flat scenes, `OPENGL` for scenes in three dimensions. */
export const animationRenderers = ["CAIRO", "OPENGL"] as const;
export type AnimationRenderer = (typeof animationRenderers)[number];

/** Maximum length of a script in bytes of UTF-8. */
export const MAX_SCRIPT_BYTES = 256 * 1024;

/** How a script is drawn. The database keeps it in `Source.params`. */
export const AnimationSettings = z.object({
  version: z.literal(1),
  /** Name of the scene's class. Null: the script's only scene. */
  scene: z
    .string()
    .regex(/^[\p{L}_][\p{L}\p{N}_]{0,199}$/u)
    .nullable(),
  /** Size of a frame in pixels. */
  width: z.int32().min(16).max(7680),
  height: z.int32().min(16).max(7680),
  /** Frames per second. */
  frameRate: z.int32().min(1).max(120),
  renderer: z.enum(animationRenderers),
  /** Seed of the script's random numbers: the same script and seed draw the same pixels. */
  seed: z.int32().nonnegative(),
  /** Files that the script uses, with different names. Absent: none. */
  materials: z.array(SourceMaterial).min(1).max(MAX_MATERIALS).optional(),
});
export type AnimationSettings = z.infer<typeof AnimationSettings>;

export const AnimationParams = z.object({
  ...drawingParams,
  animation: AnimationSettings,
});
export type AnimationParams = z.infer<typeof AnimationParams>;

/** Draws a Manim script and turns its frames into the variants of a profile. */
export const animation = defineKind({
  name: "ANIMATION",
  produces: "VARIANTS",
  taskParams: versionOnly,
  params: AnimationParams,
  result: RenderState,
  detail: DrawingProgress,
  isCheckable: true,
  requires: { runtime: "manim", jail: "LIMITED" },
  tools: { tex: "TEX_MISSING" },
});
