import type { Viewer } from "../../src/auth/index.ts";
import { builder } from "../builder.ts";
import { isOperator, viewerWith } from "../context.ts";
import { ApiKey } from "./api-key.ts";
import { ApiKeyScope } from "./enums.ts";
import { Workspace } from "./workspace.ts";

const ViewerType = builder.objectRef<Viewer>("Viewer").implement({
  description: "Who asks.",
  fields: (t) => ({
    scopes: t.field({
      type: [ApiKeyScope],
      description: "Scopes of the API key.",
      resolve: (viewer) => [...viewer.scopes],
    }),
    apiKey: t.prismaField({
      type: ApiKey,
      description: "The API key of this request.",
      resolve: (query, viewer, _args, ctx) =>
        ctx.db.apiKey.findUniqueOrThrow({ ...query, where: { id: viewer.apiKeyId } }),
    }),
    workspace: t.prismaField({
      type: Workspace,
      description: "The workspace of the API key.",
      resolve: (query, viewer, _args, ctx) =>
        ctx.db.workspace.findUniqueOrThrow({ ...query, where: { id: viewer.workspaceId } }),
    }),
  }),
});

builder.queryField("viewer", (t) =>
  t.field({
    type: ViewerType,
    description: "The caller. Requires the scope READ or OPERATOR.",
    resolve: (_root, _args, ctx) => viewerWith(ctx, isOperator(ctx) ? "OPERATOR" : "READ"),
  }),
);
