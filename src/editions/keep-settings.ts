import {
  AnimationSettings,
  type BackgroundClip,
  CompositionSettings,
  type SourceMaterial,
} from "@reelay/contracts";
import type { Source } from "../../prisma/generated/client.ts";
import { ConflictError, InvalidInputError } from "../errors/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import type { BackgroundInput, SourceInput } from "../videos/index.ts";

type Published = Pick<Source, "kind" | "params">;

/**
 * A corrected source with the published one's settings where it names none: the same picture, voice and
 * files. Throws `ConflictError` (`SOURCE_NOT_DRAWN`) for a media file, and `InvalidInputError`
 * (`SOURCE_KIND_DIFFERS`, `TEMPLATE_DIFFERS`). Pure.
 */
export function keepSettings(published: Published, input: SourceInput): SourceInput {
  switch (published.kind) {
    case "MANIM": {
      if (!input.manim) throw kindDiffers("a script (source.manim)");
      return { manim: keepScript(AnimationSettings.parse(published.params), input.manim) };
    }
    case "TEMPLATE": {
      if (!input.template) throw kindDiffers("data of a template (source.template)");
      return { template: keepTemplate(CompositionSettings.parse(published.params), input.template) };
    }
    default:
      throw new ConflictError(
        "SOURCE_NOT_DRAWN",
        "The video was made from a media file. Only videos from templates and scripts have editions: create another video for another file.",
      );
  }
}

const kindDiffers = (expected: string): InvalidInputError =>
  new InvalidInputError(
    "SOURCE_KIND_DIFFERS",
    "source",
    `source: the video was made from ${expected}, and its editions are, too. Pass one, or create another video.`,
  );

const idsOf = (materials: readonly SourceMaterial[] = []): string[] =>
  materials.map(({ materialId }) => encodeGlobalId("Material", materialId));

type Script = NonNullable<SourceInput["manim"]>;

function keepScript({ scene, renderer, seed, materials }: AnimationSettings, input: Script): Script {
  return {
    ...input,
    scene: input.scene ?? scene,
    renderer: input.renderer ?? renderer,
    seed: input.seed ?? seed,
    materials: input.materials ?? idsOf(materials),
  };
}

/** The published picture, unless the script chooses one. Pure. */
export function keepPicture(
  published: Published,
  { manim }: SourceInput,
  params: AnimationSettings | CompositionSettings | undefined,
): AnimationSettings | CompositionSettings | undefined {
  if (!manim || params === undefined || manim.quality != null || manim.aspectRatio != null) return params;
  const { width, height, frameRate } = AnimationSettings.parse(published.params);
  return { ...params, width, height, frameRate };
}

type Data = NonNullable<SourceInput["template"]>;

function keepTemplate(published: CompositionSettings, input: Data): Data {
  const { template, width, height, frameRate, voice, music, background, materials } = published;
  if (input.template !== template.name) {
    throw new InvalidInputError(
      "TEMPLATE_DIFFERS",
      "source.template.template",
      `source.template.template: is ${JSON.stringify(input.template.slice(0, 100).toWellFormed())}, and the video was made with ${JSON.stringify(template.name)}. Use that one, or create another video.`,
    );
  }
  return {
    ...input,
    version: input.version ?? template.version,
    height: input.height ?? Math.min(width, height),
    frameRate: input.frameRate ?? frameRate,
    voice: input.voice ?? (voice === null ? { name: "NONE" } : voice),
    music:
      input.music === undefined && music
        ? encodeGlobalId("Material", music.materialId)
        : (input.music ?? null),
    background:
      input.background === undefined && background ? toInput(background) : (input.background ?? null),
    materials: input.materials ?? idsOf(materials),
  };
}

function toInput(clip: BackgroundClip): BackgroundInput {
  if (clip.origin === "MATERIAL") return { material: encodeGlobalId("Material", clip.materialId) };
  return clip.origin === "VIDEO" ? { video: encodeGlobalId("Video", clip.videoId) } : { url: clip.url };
}
