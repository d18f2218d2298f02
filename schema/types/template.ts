import { type KnownTemplate, listTemplates, showsQuestions } from "../../src/templates/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";

const Template = builder.objectRef<KnownTemplate>("Template").implement({
  description: "What turns data into the scenes of a video.",
  fields: (t) => ({
    name: t.string({
      description: "For `TemplateSourceInput.template`, e.g. `quiz-classic`.",
      resolve: ({ manifest }) => manifest.name,
    }),
    version: t.int({
      description: "From 1. A version never changes once it is used.",
      resolve: ({ manifest }) => manifest.version,
    }),
    title: t.string({ description: "For people.", resolve: ({ manifest }) => manifest.title }),
    description: t.string({ description: "What it shows.", resolve: ({ manifest }) => manifest.description }),
    width: t.int({
      description: "Width of the picture in pixels.",
      resolve: ({ manifest }) => manifest.size[0],
    }),
    height: t.int({
      description: "Height of the picture in pixels.",
      resolve: ({ manifest }) => manifest.size[1],
    }),
    frameRate: t.float({
      description: "Frames per second.",
      resolve: ({ manifest }) => manifest.frameRate,
    }),
    dataSchema: t.field({
      type: "JSON",
      description: "JSON Schema (draft 2020-12) of the data.",
      resolve: ({ manifest }) => manifest.data,
    }),
    example: t.field({
      type: "JSON",
      description: "A complete example of the data.",
      resolve: ({ manifest }) => manifest.example,
    }),
    showsQuestions: t.boolean({
      description: "Whether `TemplateSourceInput.questionSet` can be its data.",
      resolve: ({ manifest }) => showsQuestions(manifest),
    }),
    sha256: t.exposeString("sha256", { description: "SHA-256 of its files, hexadecimal." }),
  }),
});

builder.queryField("templates", (t) =>
  t.field({
    type: [Template],
    description: "The available templates, by name.",
    resolve: async (_root, _args, ctx) => {
      viewerWith(ctx, "READ");
      return [...(await listTemplates())];
    },
  }),
);

builder.queryField("template", (t) =>
  t.field({
    type: Template,
    nullable: true,
    description: "The template with this name. Null if it does not exist.",
    args: { name: t.arg.string({ required: true, description: "Its name, e.g. `quiz-classic`." }) },
    resolve: async (_root, { name }, ctx) => {
      viewerWith(ctx, "READ");
      return (await listTemplates()).find(({ manifest }) => manifest.name === name) ?? null;
    },
  }),
);
