import { type GraphQLSchema, parse, validate } from "graphql";
import { ConflictError, InvalidInputError } from "../../src/errors/index.ts";
import { createTimeSlices } from "../../src/overload/index.ts";
import { deleteDocuments, readManifest, registerDocuments } from "../../src/trusted-documents/index.ts";
import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { addList } from "../lists.ts";
import { inputOf } from "../subject.ts";

const TrustedDocument = builder.prismaObject("TrustedDocument", {
  description: "A document that clients of the workspace may send by its id.",
  select: { id: true },
  findUnique: ({ id }, ctx) => ({ workspaceId_id: { workspaceId: workspaceOf(ctx), id } }),
  fields: (t) => ({
    documentId: t.exposeString("id", { description: "The id that clients send, usually a hash." }),
    text: t.exposeString("text", { description: "The document." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was registered." }),
  }),
});

addList("trustedDocuments", {
  type: TrustedDocument,
  one: "A document",
  many: "documents",
  description: "The workspace's registered documents, newest first.",
  scope: "ADMIN",
  model: (db) => db.trustedDocument,
  order: { id: "name" },
});

/** Validation of a large manifest shares the event loop. */
const slices = createTimeSlices(25);

/** Throws `InvalidInputError` (`DOCUMENT_INVALID`) for the first document that this schema would refuse. */
async function checkDocuments(schema: GraphQLSchema, texts: ReadonlyMap<string, string>): Promise<void> {
  for (const [id, text] of texts) {
    await slices.turn();
    const problem = problemOf(schema, text);
    if (problem === undefined) continue;
    throw new InvalidInputError("DOCUMENT_INVALID", `manifest.${id}`, `manifest.${id}: ${problem}`);
  }
}

function problemOf(schema: GraphQLSchema, text: string): string | undefined {
  try {
    return validate(schema, parse(text, { maxTokens: 2_000 }), undefined, { maxErrors: 1 })[0]?.message;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const RegisteredDocuments = builder
  .objectRef<{ addedCount: number; totalCount: number }>("RegisteredDocuments")
  .implement({
    description: "The result of registering documents.",
    fields: (t) => ({
      addedCount: t.exposeInt("addedCount", { description: "Number of documents that were new." }),
      totalCount: t.exposeInt("totalCount", { description: "Number of the workspace's documents." }),
    }),
  });

const RegisterTrustedDocumentsInput = builder.inputType("RegisterTrustedDocumentsInput", {
  description: "The documents to register.",
  fields: (t) => ({
    manifest: t.field({
      type: "JSON",
      required: true,
      description:
        "The file that a build tool wrote, with at most 1,000 documents: texts by id, as from GraphQL Code Generator (`persisted-documents.json`) and Relay, or Apollo's persisted query manifest.",
    }),
  }),
});

builder.mutationField("registerTrustedDocuments", (t) =>
  t.field({
    type: RegisteredDocuments,
    errors: mayFailWith(InvalidInputError, ConflictError),
    description:
      "Registers documents that clients send by their ids: all of them, or none. A document must be valid in this schema. Safe to repeat. Requires the scope ADMIN.",
    args: inputOf(RegisterTrustedDocumentsInput),
    resolve: async (_root, { input }, ctx, { schema }) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const texts = readManifest(input.manifest);
      await checkDocuments(schema, texts);
      return registerDocuments(ctx, viewer, texts);
    },
  }),
);

const DeletedDocuments = builder.objectRef<{ deletedCount: number }>("DeletedDocuments").implement({
  description: "The result of deleting documents.",
  fields: (t) => ({
    deletedCount: t.exposeInt("deletedCount", { description: "Number of documents that existed." }),
  }),
});

const DeleteTrustedDocumentsInput = builder.inputType("DeleteTrustedDocumentsInput", {
  description: "The documents to delete.",
  fields: (t) => ({
    documentIds: t.stringList({ required: true, description: "Their ids." }),
  }),
});

builder.mutationField("deleteTrustedDocuments", (t) =>
  t.field({
    type: DeletedDocuments,
    errors: mayFailWith(),
    description:
      "Deletes registered documents. Clients that send them are refused within ten seconds. Safe to repeat. Requires the scope ADMIN.",
    args: inputOf(DeleteTrustedDocumentsInput),
    resolve: (_root, { input }, ctx) => deleteDocuments(ctx, viewerWith(ctx, "ADMIN"), input.documentIds),
  }),
);
