import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";
import { ApiKeyScope } from "./enums.ts";

export const ApiKey = builder.prismaNode("ApiKey", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description: "An API key of a workspace. Its secret is shown once, on creation.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("name", { description: "Display name of the key's user." }),
    prefix: t.exposeString("prefix", {
      description: "First characters of the secret, to recognize the key.",
    }),
    scopes: t.expose("scopes", { type: [ApiKeyScope], description: "Scopes of the key." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the key was created." }),
    trustedDocumentsOnly: t.exposeBoolean("trustedDocumentsOnly", {
      description: "Whether it may send only documents that `registerTrustedDocuments` registered.",
    }),
    lastUsedAt: t.expose("lastUsedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the key was last used, to the minute. Null if never.",
    }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      nullable: true,
      description: "When the key expires. Null if never.",
    }),
    revokedAt: t.expose("revokedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the key was revoked. Null if it is active.",
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
        "The workspace's API keys, newest first, including revoked ones. Requires the scope ADMIN. At most 100 per page.",
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
