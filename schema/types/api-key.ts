import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { addList } from "../lists.ts";
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

addList("apiKeys", {
  type: ApiKey,
  one: "An API key",
  many: "API keys",
  description: "The workspace's API keys, newest first, including revoked ones.",
  scope: "ADMIN",
  model: (db) => db.apiKey,
});
