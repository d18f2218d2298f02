import {
  AnimationSettings,
  type BackgroundClip,
  CompositionSettings,
  type SourceMaterial,
  SourceProbe,
} from "@reelay/contracts";
import { encodeGlobalId } from "../../src/inputs/index.ts";
import { readText } from "../../src/streaming/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { AnimationRenderer, MaterialKind, SourceKind } from "./enums.ts";
import { QuestionSet } from "./question-set.ts";

/** Rows hold what a worker wrote at the time. A probe of an unknown version counts as none. */
const probeOf = (json: unknown): SourceProbe | null => SourceProbe.safeParse(json).data ?? null;

const Probe = builder.objectRef<SourceProbe>("SourceProbe").implement({
  description: "Properties of a source, read before rendering.",
  fields: (t) => ({
    container: t.exposeString("container", { description: "File format, as ffprobe names it." }),
    durationMs: t.int({
      nullable: true,
      description: "Milliseconds. Null if the container does not state it.",
      resolve: ({ durationMs }) => (durationMs === null ? null : Math.round(durationMs)),
    }),
    bitrateBps: t.field({
      type: "SafeInt",
      nullable: true,
      description: "Bits per second of the whole file.",
      resolve: (probe) => probe.bitrateBps,
    }),
    videoCodec: t.string({
      nullable: true,
      description: "Video codec. Null if there is no video, or the profile is audio only.",
      resolve: (probe) => probe.video?.codec,
    }),
    width: t.int({
      nullable: true,
      description: "Display size in pixels, after pixel aspect and rotation. Null without video.",
      resolve: (probe) => probe.video?.width,
    }),
    height: t.int({
      nullable: true,
      description: "Display size in pixels, after pixel aspect and rotation. Null without video.",
      resolve: (probe) => probe.video?.height,
    }),
    rotation: t.int({
      description: "Clockwise rotation of the stored frames in degrees: 0, 90, 180 or 270.",
      resolve: (probe) => probe.video?.rotation ?? 0,
    }),
    frameRate: t.float({
      nullable: true,
      description: "Average frames per second.",
      resolve: (probe) => probe.video?.frameRate,
    }),
    isVariableFrameRate: t.boolean({
      description: "Whether the frame rate varies.",
      resolve: (probe) => probe.video?.isVariableFrameRate ?? false,
    }),
    hdr: t.string({
      nullable: true,
      description: "Transfer function of high dynamic range video, `PQ` or `HLG`; else null.",
      resolve: (probe) => probe.video?.hdr,
    }),
    audioCodec: t.string({
      nullable: true,
      description: "Audio codec. Null without audio.",
      resolve: (probe) => probe.audio?.codec,
    }),
    audioChannels: t.int({
      nullable: true,
      description: "Number of audio channels. Null without audio.",
      resolve: (probe) => probe.audio?.channels,
    }),
    streamCount: t.exposeInt("streamCount", { description: "Number of streams of any kind in the file." }),
  }),
});

const SourceMaterialType = builder.objectRef<SourceMaterial>("SourceMaterial").implement({
  description: "A material of a script or of data, as it was when the video was created.",
  fields: (t) => ({
    materialId: t.id({
      description: "Id of the material, which may have been deleted since.",
      resolve: ({ materialId }) => encodeGlobalId("Material", materialId),
    }),
    filename: t.exposeString("filename", { description: "The name by which the source uses it." }),
    kind: t.expose("kind", { type: MaterialKind, description: "What it is." }),
    sizeBytes: t.exposeInt("sizeBytes", { description: "Size in bytes." }),
    sha256: t.exposeString("sha256", { description: "SHA-256 of the content, hexadecimal." }),
  }),
});

const SourceBackground = builder.objectRef<BackgroundClip>("SourceBackground").implement({
  description: "A clip behind the pictures of a template, as it was when the video was created.",
  fields: (t) => ({
    filename: t.exposeString("filename", { description: "Name of the file." }),
    materialId: t.id({
      nullable: true,
      description: "Id of the material. Null: it is another clip.",
      resolve: (clip) => (clip.origin === "MATERIAL" ? encodeGlobalId("Material", clip.materialId) : null),
    }),
    videoId: t.id({
      nullable: true,
      description: "Id of the video, which may have been deleted since. Null: it is another clip.",
      resolve: (clip) => (clip.origin === "VIDEO" ? encodeGlobalId("Video", clip.videoId) : null),
    }),
    url: t.string({
      nullable: true,
      description: "Address of the clip. Null: it is another clip.",
      resolve: (clip) => (clip.origin === "URL" ? clip.url : null),
    }),
  }),
});

export const AnimationSettingsType = builder.objectRef<AnimationSettings>("AnimationSettings").implement({
  description: "How a script is drawn.",
  fields: (t) => ({
    scene: t.exposeString("scene", {
      nullable: true,
      description: "Name of the scene's class. Null: the script's only scene.",
    }),
    width: t.exposeInt("width", { description: "Width of the picture in pixels." }),
    height: t.exposeInt("height", { description: "Height of the picture in pixels." }),
    frameRate: t.exposeInt("frameRate", { description: "Frames per second." }),
    renderer: t.expose("renderer", { type: AnimationRenderer, description: "How Manim draws." }),
    seed: t.exposeInt("seed", { description: "Seed of the script's random numbers." }),
    materials: t.field({
      type: [SourceMaterialType],
      description: "Fonts, pictures and sounds that the script can use.",
      resolve: ({ materials }) => materials ?? [],
    }),
  }),
});

export const CompositionSettingsType = builder
  .objectRef<CompositionSettings>("CompositionSettings")
  .implement({
    description: "How data is drawn and spoken.",
    fields: (t) => ({
      template: t.string({ description: "Name of the template.", resolve: ({ template }) => template.name }),
      version: t.int({ description: "Its version.", resolve: ({ template }) => template.version }),
      width: t.exposeInt("width", { description: "Width of the picture in pixels." }),
      height: t.exposeInt("height", { description: "Height of the picture in pixels." }),
      frameRate: t.exposeFloat("frameRate", { description: "Frames per second." }),
      language: t.exposeString("language", {
        description: "BCP 47: language of the texts, of their narration and of the captions.",
      }),
      isSilent: t.boolean({
        description: "Whether no voice speaks.",
        resolve: ({ voice }) => voice === null,
      }),
      voice: t.string({
        nullable: true,
        description: "Name of the voice. Null: the first one of the language, or none.",
        resolve: ({ voice }) => voice?.name,
      }),
      rate: t.float({
        nullable: true,
        description: "Speed of the voice. Null if no voice speaks.",
        resolve: ({ voice }) => voice?.rate,
      }),
      music: t.field({
        type: SourceMaterialType,
        nullable: true,
        description: "Audio below the narration. Null: none.",
        resolve: ({ music }) => music,
      }),
      background: t.field({
        type: SourceBackground,
        nullable: true,
        description: "Clip behind the pictures. Null: the template's own background.",
        resolve: ({ background }) => background,
      }),
      materials: t.field({
        type: [SourceMaterialType],
        description: "Pictures and fonts that the data can use.",
        resolve: ({ materials }) => materials ?? [],
      }),
      questionSet: t.prismaField({
        type: QuestionSet,
        nullable: true,
        description:
          "The question set that the data was made of, as it is now. Null: none, or it has been deleted since.",
        resolve: (query, { questionSetId }, _args, ctx) =>
          questionSetId === undefined
            ? null
            : ctx.db.questionSet.findUnique({
                ...query,
                where: { id: questionSetId, workspaceId: workspaceOf(ctx) },
              }),
      }),
    }),
  });

export const Source = builder.prismaObject("Source", {
  description: "A video's original: uploaded, downloaded, a script, or data for a template.",
  select: { videoId: true },
  fields: (t) => ({
    kind: t.expose("kind", { type: SourceKind, description: "Origin of the source." }),
    url: t.exposeString("url", {
      nullable: true,
      description: "Address that a worker downloads, for the kind URL.",
    }),
    filename: t.exposeString("filename", { description: "Name in the store." }),
    contentType: t.exposeString("contentType", {
      nullable: true,
      description: "Media type, as the client or the origin server stated it.",
    }),
    sizeBytes: t.expose("sizeBytes", {
      type: "SafeInt",
      nullable: true,
      description: "Size in bytes: as announced for an upload, as received once it is complete.",
    }),
    receivedAt: t.expose("receivedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the last byte was stored. Null before.",
    }),
    animation: t.field({
      type: AnimationSettingsType,
      nullable: true,
      description: "How a script is drawn. Null for other kinds.",
      select: { kind: true, params: true },
      resolve: ({ kind, params }) => (kind === "MANIM" ? AnimationSettings.parse(params) : null),
    }),
    composition: t.field({
      type: CompositionSettingsType,
      nullable: true,
      description: "How data is drawn and spoken. Null for other kinds.",
      select: { kind: true, params: true },
      resolve: ({ kind, params }) => (kind === "TEMPLATE" ? CompositionSettings.parse(params) : null),
    }),
    script: t.string({
      nullable: true,
      description: "Text of the script. Null for other kinds.",
      select: { kind: true, objectKey: true },
      resolve: async ({ kind, objectKey }, _args, { store }) =>
        kind === "MANIM" ? await readText(store, objectKey) : null,
    }),
    data: t.field({
      type: "JSON",
      nullable: true,
      description: "Data of the template, with its defaults. Null for other kinds.",
      select: { kind: true, objectKey: true },
      resolve: async ({ kind, objectKey }, _args, { store }) => {
        const text = kind === "TEMPLATE" ? await readText(store, objectKey) : null;
        return text === null ? null : JSON.parse(text);
      },
    }),
    probe: t.field({
      type: Probe,
      nullable: true,
      description: "Properties of the source. Null until a worker has probed it.",
      select: { probe: true },
      resolve: (source) => probeOf(source.probe),
    }),
  }),
});
