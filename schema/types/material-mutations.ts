import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { completeMaterial, createMaterial, deleteMaterial } from "../../src/materials/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { Material } from "./material.ts";
import { UploadSourceInput } from "./upload-input.ts";

const CreateMaterialInput = builder.inputType("CreateMaterialInput", {
  description: "A font, a picture or a sound for scripts.",
  fields: (t) => ({
    upload: t.field({
      type: UploadSourceInput,
      required: true,
      description:
        "The file. Scripts use it by `filename`: up to 80 letters, digits, spaces and any of `. _ ( ) + , & @ = -`.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("createMaterial", (t) =>
  t.prismaField({
    type: Material,
    errors: mayFailWith(InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Creates a material and an address to upload it to, as for a video. It is READY, or FAILED, as soon as its last byte is stored.",
    args: inputOf(CreateMaterialInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { materialId } = await createMaterial(ctx.operations, viewer, given(input));
      return stillThere(ctx.db.material.findUnique({ ...query, where: { id: materialId } }));
    },
  }),
);

const CompleteMaterialInput = idInput("CompleteMaterialInput", "The material that is uploaded.", "Material");

builder.mutationField("completeMaterial", (t) =>
  t.prismaField({
    type: Material,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Reports that the upload of a material with `protocol: GCS_RESUMABLE` is complete. Safe to repeat, and not needed with TUS.",
    args: inputOf(CompleteMaterialInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const key = subjectKey("Material", input.id);
      const { materialId } = await completeMaterial(ctx.operations, viewer, { materialId: key });
      return ctx.db.material.findUniqueOrThrow({ ...query, where: { id: materialId } });
    },
  }),
);

const DeletedMaterial = builder.objectRef<{ id: string }>("DeletedMaterial").implement({
  description: "A deleted material.",
  fields: (t) => ({
    deletedId: t.id({ description: "Id of the deleted material.", resolve: ({ id }) => id }),
  }),
});

const DeleteMaterialInput = idInput("DeleteMaterialInput", "The material to delete.", "Material");

builder.mutationField("deleteMaterial", (t) =>
  t.field({
    type: DeletedMaterial,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Deletes a material, unless an unfinished job needs it. Finished videos remain as they are. Drawing one of them again fails with `MATERIAL_MISSING`.",
    args: inputOf(DeleteMaterialInput),
    resolve: async (_root, { input: { id } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      await deleteMaterial(ctx.operations, viewer, { materialId: subjectKey("Material", id) });
      return { id };
    },
  }),
);
