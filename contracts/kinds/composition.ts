import { z } from "zod";
import { defineKind } from "./define-kind.ts";
import { DrawingProgress, drawingParams } from "./drawing.ts";
import { BackgroundClip, MAX_MATERIALS, SourceMaterial } from "./materials.ts";
import { RenderState, ScenePlan } from "./render-state.ts";
import { TranscodeTaskParams } from "./transcode.ts";

/** Maximum length of a template's data in bytes of JSON. */
export const MAX_DATA_BYTES = 512 * 1024;

/** A file of a template: in its folder, or in the folder `sounds` of it. */
export const TemplateFile = z.object({
  path: z.string().regex(/^(?:sounds\/)?\w[\w.-]{0,99}$/),
  sizeBytes: z.int().nonnegative(),
});
export type TemplateFile = z.infer<typeof TemplateFile>;

/** Files of one template. */
export const MAX_TEMPLATE_FILES = 100;

/** A version of a template. It never changes: other content has another version. */
export const TemplateVersion = z.object({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,49}$/),
  version: z.int32().min(1),
  /** SHA-256 of its files, hexadecimal. A worker with other files of this name and version refuses it. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Where its files are in the store. Absent: the template comes with the worker. */
  stored: z
    .object({ templateId: z.uuid(), files: z.array(TemplateFile).min(1).max(MAX_TEMPLATE_FILES) })
    .optional(),
});
export type TemplateVersion = z.infer<typeof TemplateVersion>;

/** Who speaks, and how fast. */
export const NarrationVoice = z.object({
  /** Id of a voice of the worker's speech engine. Null: its default for the language. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
    .nullable(),
  /** Multiple of the voice's usual speed. */
  rate: z.number().min(0.5).max(2),
});
export type NarrationVoice = z.infer<typeof NarrationVoice>;

/** How data becomes a video. The database keeps it in `Source.params`; the data is the source's object. */
export const CompositionSettings = z.object({
  version: z.literal(1),
  template: TemplateVersion,
  /** Size of a frame in pixels. */
  width: z.int32().min(16).max(7680),
  height: z.int32().min(16).max(7680),
  /** Frames per second. */
  frameRate: z.number().min(1).max(120),
  /** BCP 47: language of the texts, of their narration and of the captions. */
  language: z.string().min(2).max(35),
  /** Null: texts are shown for as long as reading takes, and no voice speaks. */
  voice: NarrationVoice.nullable(),
  /** Files that the data names, with different names. Absent: none. */
  materials: z.array(SourceMaterial).min(1).max(MAX_MATERIALS).optional(),
  /** Audio below the narration. Absent: none. */
  music: SourceMaterial.optional(),
  /** Video behind the pictures, without its sound. Absent: the template's own background. */
  background: BackgroundClip.optional(),
  /** The question set that the data was made of. Absent: none. */
  questionSetId: z.uuid().optional(),
});
export type CompositionSettings = z.infer<typeof CompositionSettings>;

export const CompositionParams = z.object({
  ...drawingParams,
  composition: CompositionSettings,
  /**
   * Prefix of the objects of the workspace's spoken texts: the worker looks for them there, and adds those
   * that it speaks. Absent: it speaks all of them.
   */
  speechPrefix: z
    .string()
    .regex(/^[\w/-]{1,200}\/$/)
    .optional(),
  /** Prefix of the `ChunkEntry` objects of the workspace. Absent: only `known` chunks are copied. */
  chunksPrefix: z
    .string()
    .regex(/^[\w/-]{1,200}\/$/)
    .optional(),
  /**
   * Workers that can draw the video together, this one included. The first worker then draws its share of a
   * long video, and reports `split`. Absent: it draws all scenes.
   */
  workers: z.int32().min(2).optional(),
  /**
   * Of a video that several tasks draw: the chunks that this one draws. `isFirst`: it also makes everything
   * else, such as the audio. Without chunks, it only makes the storyboard. Absent: all scenes.
   */
  scenes: ScenePlan.extend({
    isFirst: z.boolean(),
    /** As in `Split`. */
    encoders: z.record(z.string(), z.string()).optional(),
    /** End of the last chunk; null: the end of the video. */
    endMs: z.int32().nonnegative().nullable(),
  }).optional(),
});
export type CompositionParams = z.infer<typeof CompositionParams>;

/** Draws a template with data and turns its frames into the variants of a profile. */
export const composition = defineKind({
  name: "COMPOSITION",
  produces: "VARIANTS",
  taskParams: TranscodeTaskParams,
  params: CompositionParams,
  result: RenderState,
  detail: DrawingProgress,
  isCheckable: true,
  requires: { runtime: "template", jail: "LIMITED" },
  requiresFor(settings) {
    const voice = CompositionSettings.safeParse(settings).data?.voice?.name ?? null;
    return voice === null ? {} : { voice };
  },
});
