import { keyOf } from "../../src/inputs/index.ts";
import { errorOf } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import { addList } from "../lists.ts";
import { MaterialKind, MaterialStatus } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { pendingUpload, Upload, uploadColumns } from "./upload.ts";

export const Material = builder.prismaNode("Material", {
  id: { field: "id", description: "Opaque id, for `createVideo`." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "A font, a picture or a sound that scripts and data use by its file name, or a table for a batch.",
  select: { id: true },
  fields: (t) => ({
    filename: t.exposeString("filename", { description: "The name by which scripts use it." }),
    status: t.expose("status", { type: MaterialStatus, description: "Status of the material." }),
    kind: t.expose("kind", {
      type: MaterialKind,
      nullable: true,
      description: "What it is, judged by its content. Null until uploaded.",
    }),
    contentType: t.exposeString("contentType", {
      nullable: true,
      description: "Media type, judged by its content. Null until uploaded.",
    }),
    sizeBytes: t.field({
      type: "SafeInt",
      description: "Size in bytes.",
      select: { sizeBytes: true },
      resolve: ({ sizeBytes }) => Number(sizeBytes),
    }),
    sha256: t.exposeString("sha256", {
      nullable: true,
      description: "SHA-256 of the content, hexadecimal. Null until uploaded.",
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Why it FAILED.",
      select: { error: true },
      resolve: errorOf,
    }),
    upload: t.field({
      type: Upload,
      nullable: true,
      description:
        "The pending upload. Null once it has ended. Its address permits writing, so only keys with the scope WRITE see it.",
      select: uploadColumns,
      resolve: (row, _args, ctx) => pendingUpload(row, ctx.viewer),
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
    receivedAt: t.expose("receivedAt", {
      type: "DateTime",
      nullable: true,
      description: "When its upload was complete. Null before.",
    }),
  }),
});

builder.queryField("material", (t) =>
  t.prismaField({
    type: Material,
    nullable: true,
    description: "The material with this id. Null if it does not exist in this workspace.",
    args: { id: t.arg.id({ required: true, description: "The material's id." }) },
    resolve: (query, _root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const id = keyOf("Material", args.id);
      return id === null ? null : ctx.db.material.findFirst({ ...query, where: { id, workspaceId } });
    },
  }),
);

addList("materials", {
  type: Material,
  one: "A material",
  many: "materials",
  description: "The workspace's materials, newest first. Those that FAILED are listed for a week.",
  scope: "READ",
  model: (db) => db.material,
});
