import { z } from "zod";
import { defineKind, versionOnly } from "./define-kind.ts";
import { RenderState, RenditionPart } from "./render-state.ts";
import { VariantsProgress } from "./variants-progress.ts";
import { variantsParams } from "./video-params.ts";

/** How Manim draws: `CAIRO` for flat scenes, `OPENGL` for scenes in three dimensions. */
export const animationRenderers = ["CAIRO", "OPENGL"] as const;
export type AnimationRenderer = (typeof animationRenderers)[number];

/** Maximum length of a script in bytes of UTF-8. */
export const MAX_SCRIPT_BYTES = 256 * 1024;

/** What scripts can use: by family name in `Text`, as pictures, and in `add_sound`. */
export const materialKinds = ["FONT", "IMAGE", "AUDIO"] as const;
export type MaterialKind = (typeof materialKinds)[number];

/** Limits of the materials of one script. */
export const MAX_MATERIALS = 32;
export const MAX_MATERIALS_BYTES = 128 * 1024 ** 2;

/** The name by which scripts use a material: a plain file name on every system. */
export const MaterialFilename = z
  .string()
  .regex(/^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._()+,&@=-]{0,79}(?<![ .])$/u);

/** A material of a script, as it was when the video was created. */
export const AnimationMaterial = z.object({
  materialId: z.uuid(),
  key: z.string(),
  filename: MaterialFilename,
  kind: z.enum(materialKinds),
  sizeBytes: z.int().min(1).max(MAX_MATERIALS_BYTES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type AnimationMaterial = z.infer<typeof AnimationMaterial>;

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
  materials: z.array(AnimationMaterial).min(1).max(MAX_MATERIALS).optional(),
});
export type AnimationSettings = z.infer<typeof AnimationSettings>;

export const AnimationParams = z.object({
  ...variantsParams,
  animation: AnimationSettings,
  /**
   * Finished chunks of other animations of the workspace with the same settings. A chunk with the same frames
   * is copied from there, if it is still there.
   */
  known: z.array(RenditionPart).optional(),
});
export type AnimationParams = z.infer<typeof AnimationParams>;

/** The animation, i.e. the call of `play` or `wait`, that a painter is drawing. */
export const AnimationStep = z.object({
  /** From 0. */
  index: z.int32().nonnegative(),
  /** Number of animations, counted before the first frame; null until then. A script may play more. */
  count: z.int32().nonnegative().nullable(),
  /** E.g. `Create(Circle)`. */
  name: z.string().max(200),
  /** Progress of this animation, 0 to 1. */
  fraction: z.number().min(0).max(1),
});
export type AnimationStep = z.infer<typeof AnimationStep>;

export const AnimationProgress = VariantsProgress.extend({ step: AnimationStep.optional() });
export type AnimationProgress = z.infer<typeof AnimationProgress>;

/** Draws a Manim script and turns its frames into the variants of a profile. */
export const animation = defineKind({
  name: "ANIMATION",
  produces: "VARIANTS",
  taskParams: versionOnly,
  params: AnimationParams,
  result: RenderState,
  detail: AnimationProgress,
  requires: { runtime: "manim", jail: "LIMITED" },
});
