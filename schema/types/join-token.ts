import { ConflictError, InvalidInputError, NotFoundError } from "../../src/errors/index.ts";
import { createJoinToken, revokeJoinToken } from "../../src/gateway/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION } from "../idempotency.ts";
import { addList } from "../lists.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { WorkerRealm } from "./enums.ts";

const JoinToken = builder.prismaNode("JoinToken", {
  id: { field: "id", description: "Opaque id." },
  description:
    "Lets one worker join over HTTP, once. Its secret is shown once, on creation. Only keys with the scope OPERATOR see it.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("name", { description: "Display name of the machine." }),
    prefix: t.exposeString("prefix", {
      description: "First characters of the secret, to recognize the token.",
    }),
    realm: t.expose("realm", { type: WorkerRealm, description: "Realm of the worker that joins with it." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the token was created." }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: "No worker can join later." }),
    usedAt: t.expose("usedAt", {
      type: "DateTime",
      nullable: true,
      description: "When a worker joined with it. Null if none did.",
    }),
    workerName: t.exposeString("workerId", {
      nullable: true,
      description: "Name of the worker that joined, as in `Worker.name`. Null if none did.",
    }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the token was revoked. Null if it was not.",
    }),
  }),
});

addList("joinTokens", {
  type: JoinToken,
  one: "A join token",
  many: "join tokens",
  description: "Join tokens of the installation, newest first, including used and revoked ones.",
  scope: "OPERATOR",
  model: (db) => db.joinToken,
  // Those of launches are not made by anybody.
  where: { workspaceId: { not: null } },
});

const CreateJoinTokenInput = builder.inputType("CreateJoinTokenInput", {
  description: "A new join token.",
  fields: (t) => ({
    name: t.string({ required: true, description: "Display name of the machine, 1 to 200 characters." }),
    realm: t.field({ type: WorkerRealm, description: "Whose machine it is. Default: OWN." }),
    expiresInSeconds: t.int({
      description: "Time until which a worker must have joined, 1 to 604,800. Default: 3,600.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

const CreatedJoinToken = builder
  .objectRef<{ joinTokenId: string; token: string | null }>("CreatedJoinToken")
  .implement({
    description: "A new join token and its secret.",
    fields: (t) => ({
      secret: t.exposeString("token", {
        nullable: true,
        description:
          "The secret, for `npm run worker -- --join SECRET --api URL`. It is not shown again. Null if this repeats a request with the same `idempotencyKey`, since only a hash is stored.",
      }),
      joinToken: t.prismaField({
        type: JoinToken,
        description: "The token.",
        resolve: (query, { joinTokenId }, _args, ctx) =>
          ctx.db.joinToken.findUniqueOrThrow({ ...query, where: { id: joinTokenId } }),
      }),
    }),
  });

builder.mutationField("createJoinToken", (t) =>
  t.field({
    type: CreatedJoinToken,
    errors: mayFailWith(InvalidInputError, ConflictError),
    description:
      "Creates a token with which one worker joins over HTTP, once, from any machine that reaches the API. Requires the scope OPERATOR.",
    args: inputOf(CreateJoinTokenInput),
    resolve: (_root, { input }, ctx) => createJoinToken(ctx, viewerWith(ctx, "OPERATOR"), given(input)),
  }),
);

const RevokeJoinTokenInput = idInput("RevokeJoinTokenInput", "The join token to revoke.", "JoinToken");

builder.mutationField("revokeJoinToken", (t) =>
  t.prismaField({
    type: JoinToken,
    errors: mayFailWith(NotFoundError),
    description:
      "Revokes a join token. The worker that joined with it is refused from its next request on, and its tasks go to others. Safe to repeat. Requires the scope OPERATOR.",
    args: inputOf(RevokeJoinTokenInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "OPERATOR");
      const joinTokenId = subjectKey("JoinToken", input.id);
      await revokeJoinToken(ctx, viewer, { joinTokenId });
      return ctx.db.joinToken.findUniqueOrThrow({ ...query, where: { id: joinTokenId } });
    },
  }),
);
