import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { createTemplate, deleteTemplate } from "../../src/own-templates/index.ts";
import { toKnown } from "../../src/templates/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { inputOf } from "../subject.ts";
import { Template } from "./template.ts";

const TemplateFileInput = builder.inputType("TemplateFileInput", {
  description: "A file of a template: exactly one of `text` and `material`.",
  fields: (t) => ({
    path: t.string({
      required: true,
      description: "Its name in the template's folder, e.g. `template.json` or `sounds/tick.wav`.",
    }),
    text: t.string({ description: "Its text." }),
    material: t.id({ description: "Id of a READY material with its content: a font, a picture or a sound." }),
  }),
});

const CreateTemplateInput = builder.inputType("CreateTemplateInput", {
  description: "A template, or a new version of one: exactly one of `files` and `archive`.",
  fields: (t) => ({
    files: t.field({
      type: [TemplateFileInput],
      description:
        "At most 100 files of together 40 MB. `template.json` has the template's name and version, which is a new one if anything has changed.",
    }),
    archive: t.id({
      description: "Id of a READY material of the kind ARCHIVE: a ZIP file of at most 20 MB with the files.",
    }),
  }),
});

builder.mutationField("createTemplate", (t) =>
  t.field({
    type: Template,
    errors: mayFailWith(InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Creates a version of a template. A worker draws its example, which makes it READY or FAILED, usually within seconds; the mutation waits for that up to ten seconds. The same files again are the same version; a FAILED version may be replaced.",
    args: inputOf(CreateTemplateInput),
    resolve: async (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { templateId } = await createTemplate(ctx.operations, viewer, given(input));
      return toKnown(await ctx.db.template.findUniqueOrThrow({ where: { id: templateId } }));
    },
  }),
);

const DeleteTemplateInput = builder.inputType("DeleteTemplateInput", {
  description: "The template to delete.",
  fields: (t) => ({
    name: t.string({ required: true, description: "Its name." }),
    version: t.int({ description: "The version to delete. Default: all of them." }),
  }),
});

const DeletedTemplate = builder
  .objectRef<{ name: string; versions: readonly number[] }>("DeletedTemplate")
  .implement({
    description: "A deleted template.",
    fields: (t) => ({
      name: t.exposeString("name", { description: "Its name." }),
      versions: t.intList({
        description: "The deleted versions.",
        resolve: ({ versions }) => [...versions],
      }),
    }),
  });

builder.mutationField("deleteTemplate", (t) =>
  t.field({
    type: DeletedTemplate,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Deletes a template of the workspace, unless an unfinished job needs it. Finished videos remain as they are. Drawing one of them again fails with `TEMPLATE_DELETED`.",
    args: inputOf(DeleteTemplateInput),
    resolve: async (_root, { input }, ctx) =>
      deleteTemplate(ctx.operations, viewerWith(ctx, "WRITE"), given(input)),
  }),
);
