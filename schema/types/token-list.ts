/** Tokens for browsers that a workspace has created: their permissions, never the secrets. */

import { encodeGlobalId } from "../../src/inputs/index.ts";
import { isLiveToken } from "../../src/tokens/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { addList } from "../lists.ts";

const CREATED_AT = "When the token was created.";
const EXPIRES_AT = "When the token expires.";
const REVOKED_AT = "When the token was revoked. Null if it was not.";
const IS_LIVE =
  "Whether it is accepted: neither it nor the API key that created it has expired or was revoked.";
const ends = {
  expiresAt: true,
  revokedAt: true,
  apiKey: { select: { expiresAt: true, revokedAt: true } },
} as const;

const UploadToken = builder.prismaNode("UploadToken", {
  id: { field: "id", description: "Opaque id, to revoke it." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "A token with which a browser creates videos by uploading. Its secret is shown once, on creation.",
  select: { id: true },
  fields: (t) => ({
    maxVideos: t.exposeInt("maxVideos", { description: "Number of videos that it may create." }),
    madeVideos: t.exposeInt("madeVideos", {
      description: "Number of videos that it has created. Deleting a video does not restore a use.",
    }),
    maxBytes: t.field({
      type: "SafeInt",
      description: "Largest file, bytes.",
      select: { maxBytes: true },
      resolve: (token) => Number(token.maxBytes),
    }),
    profile: t.exposeString("profile", {
      nullable: true,
      description: "Profile of its videos. Null: the default profile.",
    }),
    title: t.exposeString("title", {
      nullable: true,
      description: "Title of its videos. Null: the holder chooses.",
    }),
    externalId: t.exposeString("externalId", { nullable: true, description: "External id of its video." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: CREATED_AT }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: EXPIRES_AT }),
    revokedAt: t.expose("revokedAt", { type: "DateTime", nullable: true, description: REVOKED_AT }),
    isLive: t.boolean({
      description: IS_LIVE,
      select: ends,
      resolve: (token, _args, ctx) => isLiveToken(token, ctx.clock()),
    }),
  }),
});

const ViewerToken = builder.prismaNode("ViewerToken", {
  id: { field: "id", description: "Opaque id, to revoke it." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "A token with which a browser watches the progress of the listed videos. Its secret is shown once, on creation.",
  select: { id: true },
  fields: (t) => ({
    videoIds: t.idList({
      description: "The videos that it lists. Some may have been deleted since.",
      select: { videoIds: true },
      resolve: ({ videoIds }) => videoIds.map((id) => encodeGlobalId("Video", id)),
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: CREATED_AT }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: EXPIRES_AT }),
    revokedAt: t.expose("revokedAt", { type: "DateTime", nullable: true, description: REVOKED_AT }),
    isLive: t.boolean({
      description: IS_LIVE,
      select: ends,
      resolve: (token, _args, ctx) => isLiveToken(token, ctx.clock()),
    }),
  }),
});

addList("uploadTokens", {
  type: UploadToken,
  one: "An upload token",
  many: "upload tokens",
  description: "The workspace's upload tokens, newest first, including those that ended within the last day.",
  scope: "WRITE",
  model: (db) => db.uploadToken,
});

addList("viewerTokens", {
  type: ViewerToken,
  one: "A viewer token",
  many: "viewer tokens",
  description: "The workspace's viewer tokens, newest first, including those that ended within the last day.",
  scope: "READ",
  model: (db) => db.viewerToken,
});
