import { requestApiKey, revokeApiKey } from "../../src/auth/index.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../../src/errors/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION } from "../idempotency.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { ApiKey } from "./api-key.ts";
import { ApiKeyScope } from "./enums.ts";

const CreateApiKeyInput = builder.inputType("CreateApiKeyInput", {
  description: "A new API key.",
  fields: (t) => ({
    name: t.string({ required: true, description: "Display name of the key's user, 1 to 200 characters." }),
    scopes: t.field({
      type: [ApiKeyScope],
      required: true,
      description:
        "Scopes of the key. ADMIN includes WRITE, which includes READ. Granting OPERATOR requires a key that has it.",
    }),
    expiresAt: t.field({ type: "DateTime", description: "When the key expires. Default: never." }),
    trustedDocumentsOnly: t.boolean({
      description:
        "Whether it may send only documents that `registerTrustedDocuments` registered. Default: false.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
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
          "The secret. Store it now; it is not shown again. Null if this repeats a request with the same `idempotencyKey`, since only a hash is stored. If you lost the first answer, revoke the key and create another.",
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
    description: "Creates an API key for this workspace. Requires the scope ADMIN.",
    args: inputOf(CreateApiKeyInput),
    resolve: (_root, { input }, ctx) => requestApiKey(ctx, viewerWith(ctx, "ADMIN"), given(input)),
  }),
);

const RevokeApiKeyInput = idInput("RevokeApiKeyInput", "The API key to revoke.", "ApiKey");

builder.mutationField("revokeApiKey", (t) =>
  t.prismaField({
    type: ApiKey,
    errors: mayFailWith(NotFoundError),
    description:
      "Revokes an API key permanently, within seconds on all servers. Safe to repeat. Requires the scope ADMIN.",
    args: inputOf(RevokeApiKeyInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const { apiKeyId } = await revokeApiKey(ctx, viewer, { apiKeyId: subjectKey("ApiKey", input.id) });
      return ctx.db.apiKey.findUniqueOrThrow({ ...query, where: { id: apiKeyId } });
    },
  }),
);
