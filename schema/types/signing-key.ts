import { ConflictError, InvalidInputError, NotFoundError } from "../../src/errors/index.ts";
import { isLive, revokeSigningKey, rotateSigningKey } from "../../src/playback-access/index.ts";
import { builder } from "../builder.ts";
import { type Context, viewerWith, workspaceOf } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { addList } from "../lists.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";

const SigningKey = builder.prismaNode("SigningKey", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "A signing key for the workspace's playback tokens. At most two are active. Its secret is shown once, by `rotateSigningKey`.",
  select: { id: true },
  fields: (t) => ({
    keyId: t.exposeString("keyId", { description: "Identifies the key inside tokens." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the key was created." }),
    signsFrom: t.expose("signsFrom", {
      type: "DateTime",
      description:
        "When the API starts to sign with it, until the next key takes over. It verifies tokens from its creation on.",
    }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      nullable: true,
      description: "When it stops verifying, set by the next rotation. Null for the newest key.",
    }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the key was revoked. Null if it was not.",
    }),
    isLive: t.boolean({
      description: "Whether tokens signed with it are accepted.",
      select: { expiresAt: true, revokedAt: true },
      resolve: (key, _args, ctx) => isLive(key, ctx.clock()),
    }),
  }),
});

addList("signingKeys", {
  type: SigningKey,
  one: "A signing key",
  many: "signing keys",
  description: "The workspace's signing keys, newest first, including revoked and expired ones.",
  scope: "ADMIN",
  model: (db) => db.signingKey,
});

const RotateSigningKeyInput = builder.inputType("RotateSigningKeyInput", {
  description: "Timing of the rotation to a new signing key.",
  fields: (t) => ({
    overlapMs: t.int({
      description:
        "Milliseconds for which the old key still verifies after the new one starts to sign: 0 to 1209600000 (14 days). Default 604800000 (7 days), the longest lifetime of a token.",
    }),
    signAfterMs: t.int({
      description:
        "Milliseconds until the API starts to sign with the new key: 0 to 604800000 (7 days). Default 0. Leaves you time to install the key at a CDN.",
    }),
  }),
});

interface Rotated {
  signingKeyId: string;
  secret: string;
}

const RotatedSigningKey = builder.objectRef<Rotated>("RotatedSigningKey").implement({
  description: "A new signing key.",
  fields: (t) => ({
    secret: t.exposeString("secret", {
      description:
        "The secret, `rpk_…`. Store it where tokens are signed or verified; it is not shown again.",
    }),
    signingKey: t.prismaField({
      type: SigningKey,
      description: "The key.",
      resolve: (query, { signingKeyId }, _args, ctx) => keyFor(ctx, query, signingKeyId),
    }),
  }),
});

const keyFor = (ctx: Context, query: object, id: string) =>
  ctx.db.signingKey.findUniqueOrThrow({ ...query, where: { id } });

builder.mutationField("rotateSigningKey", (t) =>
  t.field({
    type: RotatedSigningKey,
    errors: mayFailWith(InvalidInputError, ConflictError),
    description:
      "Adds a signing key for playback tokens. The old key still verifies for a time, so no viewer is interrupted. Rejected while two keys are active. Requires the scope ADMIN.",
    args: inputOf(RotateSigningKeyInput),
    resolve: (_root, { input }, ctx) =>
      rotateSigningKey(ctx.operations, viewerWith(ctx, "ADMIN"), given(input)),
  }),
);

const RevokeSigningKeyInput = idInput("RevokeSigningKeyInput", "The signing key to revoke.", "SigningKey");

builder.mutationField("revokeSigningKey", (t) =>
  t.prismaField({
    type: SigningKey,
    errors: mayFailWith(NotFoundError),
    description:
      "Revokes a signing key permanently: the API rejects its tokens within five seconds. Safe to repeat. Requires the scope ADMIN.",
    args: inputOf(RevokeSigningKeyInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const key = subjectKey("SigningKey", input.id);
      await revokeSigningKey(ctx.operations, viewer, key);
      return keyFor(ctx, query, key);
    },
  }),
);
