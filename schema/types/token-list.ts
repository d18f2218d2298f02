/** The tokens for browsers that a workspace has given out: what they allow, never the secrets. */

import { encodeGlobalId } from "../../src/global-id.ts";
import { isLiveToken } from "../../src/tokens/index.ts";
import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";

const createdAt = "When it was created.";
const expiresAt = "When it ends by itself.";
const revokedAt = "When it was revoked; null if it was not.";
const isLive = "Whether it is accepted: neither expired nor revoked, nor is the API key that created it.";
const ends = {
  expiresAt: true,
  revokedAt: true,
  apiKey: { select: { expiresAt: true, revokedAt: true } },
} as const;

const UploadToken = builder.prismaNode("UploadToken", {
  id: { field: "id", description: "Opaque id, for revoking it." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "A token with which a browser creates videos by uploads. The secret is shown once, on creation.",
  select: { id: true },
  fields: (t) => ({
    maxVideos: t.exposeInt("maxVideos", { description: "How many videos may be created with it." }),
    madeVideos: t.exposeInt("madeVideos", {
      description: "How many were. Deleting a video does not give its use back.",
    }),
    maxBytes: t.field({
      type: "SafeInt",
      description: "Largest file, bytes.",
      select: { maxBytes: true },
      resolve: (token) => Number(token.maxBytes),
    }),
    profile: t.exposeString("profile", {
      nullable: true,
      description: "Profile of its videos; null: the default profile.",
    }),
    title: t.exposeString("title", {
      nullable: true,
      description: "Title of its videos; null where the holder chooses.",
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
  id: { field: "id", description: "Opaque id, for revoking it." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "A token with which a browser sees how far the named videos are. The secret is shown once, on creation.",
  select: { id: true },
  fields: (t) => ({
    videoIds: t.idList({
      description: "The videos that it names. Some may have been deleted since.",
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
        "The workspace's upload tokens, newest first, ended ones too for a day. Needs the scope WRITE. At most 100 on a page.",
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
        "The workspace's viewer tokens, newest first, ended ones too for a day. Needs the scope READ. At most 100 on a page.",
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
