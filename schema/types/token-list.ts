/** Tokens for browsers that a workspace has created: their permissions, never the secrets. */

import { encodeGlobalId } from "../../src/global-id.ts";
import { isLiveToken } from "../../src/tokens/index.ts";
import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";

const createdAt = "When the token was created.";
const expiresAt = "When the token expires.";
const revokedAt = "When the token was revoked. Null if it was not.";
const isLive =
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
    createdAt: t.expose("createdAt", { type: "DateTime", description: createdAt }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: expiresAt }),
    revokedAt: t.expose("revokedAt", { type: "DateTime", nullable: true, description: revokedAt }),
    isLive: t.boolean({
      description: isLive,
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
    createdAt: t.expose("createdAt", { type: "DateTime", description: createdAt }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: expiresAt }),
    revokedAt: t.expose("revokedAt", { type: "DateTime", nullable: true, description: revokedAt }),
    isLive: t.boolean({
      description: isLive,
      select: ends,
      resolve: (token, _args, ctx) => isLiveToken(token, ctx.clock()),
    }),
  }),
});

const UploadTokenConnection = builder.connectionObject(
  { type: UploadToken, name: "UploadTokenConnection", description: "A page of a list of upload tokens." },
  { name: "UploadTokenEdge", description: "An upload token and its position in a list." },
);

const ViewerTokenConnection = builder.connectionObject(
  { type: ViewerToken, name: "ViewerTokenConnection", description: "A page of a list of viewer tokens." },
  { name: "ViewerTokenEdge", description: "A viewer token and its position in a list." },
);

const newest = (by: string): Order => ({ by, column: "createdAt", type: "date", direction: "desc" });

builder.queryField("uploadTokens", (t) =>
  t.connection(
    {
      type: UploadToken,
      description:
        "The workspace's upload tokens, newest first, including those that ended within the last day. Requires the scope WRITE. At most 100 per page.",
      resolve: async (_root, args, ctx, info) => {
        const { workspaceId } = viewerWith(ctx, "WRITE");
        return await readPage(
          { args, ctx, info, typeName: "UploadToken", order: newest("uploadTokens") },
          (query) =>
            ctx.db.uploadToken.findMany({ ...query, where: { AND: [{ workspaceId }, query.where] } }),
          () => ctx.db.uploadToken.count({ where: { workspaceId } }),
        );
      },
    },
    UploadTokenConnection,
  ),
);

builder.queryField("viewerTokens", (t) =>
  t.connection(
    {
      type: ViewerToken,
      description:
        "The workspace's viewer tokens, newest first, including those that ended within the last day. Requires the scope READ. At most 100 per page.",
      resolve: async (_root, args, ctx, info) => {
        const { workspaceId } = viewerWith(ctx, "READ");
        return await readPage(
          { args, ctx, info, typeName: "ViewerToken", order: newest("viewerTokens") },
          (query) =>
            ctx.db.viewerToken.findMany({ ...query, where: { AND: [{ workspaceId }, query.where] } }),
          () => ctx.db.viewerToken.count({ where: { workspaceId } }),
        );
      },
    },
    ViewerTokenConnection,
  ),
);
