import { requestApiKey, revokeApiKey } from "../../src/auth/index.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../../src/errors.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { idempotencyKeyDescription } from "../idempotency.ts";
import { idInput, subjectKey } from "../subject.ts";
import { ApiKey } from "./api-key.ts";
import { ApiKeyScope } from "./enums.ts";

const CreateApiKeyInput = builder.inputType("CreateApiKeyInput", {
  description: "An API key to be made.",
  fields: (t) => ({
    name: t.string({ required: true, description: "Who uses it, for people: 1 to 200 characters." }),
    scopes: t.field({
      type: [ApiKeyScope],
      required: true,
      description:
        "What it may do; ADMIN includes WRITE, which includes READ. OPERATOR can be given by a key that has it.",
    }),
    expiresAt: t.field({ type: "DateTime", description: "When it ends by itself; never when left out." }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const CreatedApiKey = builder
  .objectRef<{ apiKeyId: string; token: string | null }>("CreatedApiKey")
  .implement({
    description: "A new API key and its secret.",
    fields: (t) => ({
      secret: t.exposeString("token", {
        nullable: true,
        description:
          "The secret itself: keep it, it is shown nowhere else. Null when this is a repeat with the same `idempotencyKey`: only a hash is stored. If the first answer was lost, revoke the key and create another.",
      }),
      apiKey: t.prismaField({
        type: ApiKey,
        description: "The key.",
        resolve: (query, { apiKeyId }, _args, ctx) =>
          ctx.db.apiKey.findUniqueOrThrow({ ...query, where: { id: apiKeyId } }),
      }),
    }),
  });

builder.mutationField("createApiKey", (t) =>
  t.field({
    type: CreatedApiKey,
    errors: mayFailWith(InvalidInputError, ConflictError),
    description: "Creates an API key of this workspace. Needs the scope ADMIN.",
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: "The key to be made." }) },
    resolve: (_root, { input }, ctx) => requestApiKey(ctx, viewerWith(ctx, "ADMIN"), given(input)),
  }),
);

const RevokeApiKeyInput = idInput("RevokeApiKeyInput", "The API key to revoke.", "ApiKey");

builder.mutationField("revokeApiKey", (t) =>
  t.prismaField({
    type: ApiKey,
    errors: mayFailWith(NotFoundError),
    description:
      "Ends an API key for good, within seconds everywhere. Safe to repeat. Needs the scope ADMIN.",
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: "Which one." }) },
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const { apiKeyId } = await revokeApiKey(ctx, viewer, { apiKeyId: subjectKey("ApiKey", input.id) });
      return ctx.db.apiKey.findUniqueOrThrow({ ...query, where: { id: apiKeyId } });
    },
  }),
);
