import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";
import { ApiKeyScope } from "./enums.ts";

export const ApiKey = builder.prismaNode("ApiKey", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description: "A key to a workspace. The secret itself is shown once, when the key is created.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("name", { description: "Who uses it, for people." }),
    prefix: t.exposeString("prefix", { description: "The secret's first characters, to recognise it by." }),
    scopes: t.expose("scopes", { type: [ApiKeyScope], description: "What it may do." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
    lastUsedAt: t.expose("lastUsedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was last used, to the minute; null if never.",
    }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ends by itself; null if never.",
    }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was revoked; null while it is good.",
    }),
  }),
});

const ApiKeyConnection = builder.connectionObject(
  { type: ApiKey, name: "ApiKeyConnection", description: "A page of a list of API keys." },
  { name: "ApiKeyEdge", description: "An API key and its position in a list." },
);

const newest: Order = { by: "apiKeys", column: "createdAt", type: "date", direction: "desc" };

builder.queryField("apiKeys", (t) =>
  t.connection(
    {
      type: ApiKey,
      description:
        "The workspace's API keys, newest first, revoked ones too. Needs the scope ADMIN. At most 100 on a page.",
      resolve: async (_root, args, ctx, info) => {
        const { workspaceId } = viewerWith(ctx, "ADMIN");
        return await readPage(
          { args, ctx, info, typeName: "ApiKey", order: newest },
          (query) => ctx.db.apiKey.findMany({ ...query, where: { AND: [{ workspaceId }, query.where] } }),
          () => ctx.db.apiKey.count({ where: { workspaceId } }),
        );
      },
    },
    ApiKeyConnection,
  ),
);
