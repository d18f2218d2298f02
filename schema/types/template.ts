import { SourceIssue } from "@reelay/contracts";
import { z } from "zod";
import { errorOf } from "../../src/database/index.ts";
import {
  type KnownTemplate,
  listOwnTemplates,
  listTemplates,
  readTemplate,
  showsQuestions,
} from "../../src/templates/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { TemplateStatus } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { SourceIssueType } from "./source-check.ts";

export const Template = builder.objectRef<KnownTemplate>("Template").implement({
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
    acceptsBackground: t.boolean({
      description: "Whether a clip can move behind its pictures.",
      resolve: ({ manifest }) => manifest.background === "VIDEO",
    }),
    showsQuestions: t.boolean({
      description: "Whether `TemplateSourceInput.questionSet` can be its data.",
      resolve: ({ manifest }) => showsQuestions(manifest),
    }),
    sha256: t.exposeString("sha256", { description: "SHA-256 of its files, hexadecimal." }),
    isBuiltIn: t.boolean({
      description: "Whether it comes with Reelay. Others are the workspace's own.",
      resolve: ({ own }) => own === null,
    }),
    status: t.field({
      type: TemplateStatus,
      description: "Status of this version.",
      resolve: ({ own }) => own?.status ?? "READY",
    }),
    issues: t.field({
      type: [SourceIssueType],
      description: "Problems that a worker found when it drew the example, errors first.",
      resolve: ({ own }) => (own ? z.array(SourceIssue).parse(own.issues) : []),
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Why no worker could check it, if it FAILED for that. Create it again.",
      resolve: ({ own }) => own && errorOf(own),
    }),
    createdAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it was created. Null for built-in ones.",
      resolve: ({ own }) => own?.createdAt,
    }),
  }),
});

builder.queryField("templates", (t) =>
  t.field({
    type: [Template],
    description:
      "The available templates: the built-in ones, then the newest READY version of the workspace's own, by name.",
    resolve: async (_root, _args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      return listTemplates(ctx.db, workspaceId);
    },
  }),
);

builder.queryField("ownTemplates", (t) =>
  t.field({
    type: [Template],
    description:
      "All versions of the workspace's own templates, whatever their status: by name, the newest version first. At most 100.",
    resolve: async (_root, _args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      return listOwnTemplates(ctx.db, workspaceId);
    },
  }),
);

builder.queryField("template", (t) =>
  t.field({
    type: Template,
    nullable: true,
    description: "The template with this name, whatever its status. Null if it does not exist.",
    args: {
      name: t.arg.string({ required: true, description: "Its name, e.g. `quiz-classic`." }),
      version: t.arg.int({ description: "Its version. Default: the newest READY one." }),
    },
    resolve: async (_root, { name, version }, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      return readTemplate(ctx.db, workspaceId, { name, version: version ?? null });
    },
  }),
);
