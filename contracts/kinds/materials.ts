import { z } from "zod";

/**
 * What sources can use: a script by family name in `Text`, as pictures, and in `add_sound`; a template in
 * pictures, as music, and as a clip behind its pictures.
 */
export const materialKinds = ["FONT", "IMAGE", "AUDIO", "VIDEO"] as const;
export type MaterialKind = (typeof materialKinds)[number];

/** Limits of the materials of one source. */
export const MAX_MATERIALS = 32;
export const MAX_MATERIALS_BYTES = 128 * 1024 ** 2;
/** A clip is read by ranges, so it may be larger. */
const MAX_BACKGROUND_BYTES = 1024 ** 4;

/** The name by which sources use a material: a plain file name on every system. */
export const MaterialFilename = z
  .string()
  .regex(/^[\p{L}\p{N}_][\p{L}\p{M}\p{N} ._()+,&@=-]{0,79}(?<![ .])$/u);

/** A material of a source, as it was when the video was created. */
export const SourceMaterial = z.object({
  materialId: z.uuid(),
  key: z.string(),
  filename: MaterialFilename,
  kind: z.enum(materialKinds),
  sizeBytes: z.int().min(1).max(MAX_MATERIALS_BYTES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type SourceMaterial = z.infer<typeof SourceMaterial>;

const backgroundFile = {
  key: z.string().min(1),
  filename: z.string().min(1),
  sizeBytes: z.int().min(1).max(MAX_BACKGROUND_BYTES),
};

/** A clip behind the pictures of a template: a material, the source of a video, or a file at a URL. */
export const BackgroundClip = z.discriminatedUnion("origin", [
  z.object({
    origin: z.literal("MATERIAL"),
    ...{ materialId: z.uuid(), ...backgroundFile, sha256: SourceMaterial.shape.sha256 },
  }),
  z.object({ origin: z.literal("VIDEO"), videoId: z.uuid(), ...backgroundFile }),
  z.object({ origin: z.literal("URL"), url: z.url().max(4_096), filename: backgroundFile.filename }),
]);
export type BackgroundClip = z.infer<typeof BackgroundClip>;
