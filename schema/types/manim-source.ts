import { builder } from "../builder.ts";
import { AnimationRenderer, AspectRatio, ManimQuality } from "./enums.ts";

export const ManimSourceInput = builder.inputType("ManimSourceInput", {
  description: "A Manim script, which a worker with a painter draws.",
  fields: (t) => ({
    script: t.string({
      required: true,
      description: "Text of a Python file with one or more scenes. At most 256 KiB of UTF-8.",
    }),
    scene: t.string({
      description: "Name of the scene's class, e.g. \"CreateCircle\". Default: the script's only scene.",
    }),
    quality: t.field({
      type: ManimQuality,
      description: "Size of the picture and frame rate. Default HIGH.",
    }),
    aspectRatio: t.field({
      type: AspectRatio,
      description:
        "Shape of the picture. TALL swaps width and height; SQUARE has the height for both. Default WIDE.",
    }),
    renderer: t.field({
      type: AnimationRenderer,
      description: "How Manim draws. Default CAIRO.",
    }),
    seed: t.int({
      description:
        "Seed of the script's random numbers, 0 or more. Default 0. The same script with the same seed draws the same pictures.",
    }),
    materials: t.idList({
      description:
        "Fonts, pictures and sounds that the script uses by their file names: ids of up to 32 materials, all READY, with different names. Together at most 128 MiB.",
    }),
  }),
});
