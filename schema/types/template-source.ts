import { builder } from "../builder.ts";

export const VoiceInput = builder.inputType("VoiceInput", {
  description: "Who speaks the texts of a template, and how fast.",
  fields: (t) => ({
    name: t.string({
      description:
        "Name of a voice, e.g. `slt`. `NONE`: no voice speaks, and texts are shown for as long as reading takes. Default: the first voice of the data's language.",
    }),
    rate: t.float({ defaultValue: 1, description: "Multiple of the voice's usual speed, 0.5 to 2." }),
  }),
});

export const BackgroundInput = builder.inputType("BackgroundInput", {
  description: "A clip for the background of a template. Workers read it by ranges, never as a whole.",
  isOneOf: true,
  fields: (t) => ({
    material: t.id({ description: "Id of a READY material of the kind VIDEO." }),
    video: t.id({
      description:
        "Id of a READY video that was uploaded or downloaded, whose original is shown. Deleting it makes later renders fail.",
    }),
    url: t.string({
      description:
        "Address of a file on a server that supports range requests. Restrictions are those of `CreateVideoInput.source.url`. It is not stored: later renders read it again.",
    }),
  }),
});

export const TemplateSourceInput = builder.inputType("TemplateSourceInput", {
  description: "Data for a template, which a worker draws, speaks and mixes.",
  fields: (t) => ({
    template: t.string({ required: true, description: "Name of the template, see `templates`." }),
    version: t.int({ description: "Version of the template. Default: the newest." }),
    data: t.field({
      type: "JSON",
      description:
        "What the template shows: an object that fits `Template.dataSchema`. At most 512 KiB as JSON. `language`, a BCP 47 tag, is that of the texts, the voice and the captions. Exactly one of `data` and `questionSet`.",
    }),
    questionSet: t.id({
      description:
        "Id of a READY question set, whose accepted questions become the data, with its topic as the title and its language. For templates with `showsQuestions`. Later changes of the set do not change the video.",
    }),
    height: t.int({
      description:
        "Pixels of the picture's shorter side, 144 to 2160. Default: the template's. The shape is the template's in any case.",
    }),
    frameRate: t.int({ description: "Frames per second, 10 to 60. Default: the template's." }),
    voice: t.field({
      type: VoiceInput,
      description: "Who speaks. Default: the first voice of the data's language, at its usual speed.",
    }),
    music: t.id({ description: "Id of a READY material of the kind AUDIO: quieter while a voice speaks." }),
    background: t.field({
      type: BackgroundInput,
      description:
        "A clip that moves behind the pictures, silent and repeated if it is short. For templates with `acceptsBackground`. Default: the template's own background.",
    }),
    materials: t.idList({
      description:
        "Pictures and fonts that the data names by their file names: ids of up to 32 materials, all READY, with different names. Together at most 128 MiB.",
    }),
  }),
});
