import { keyOf } from "../../src/global-id.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";
import { WebhookEndpoint, WebhookEndpointConnection } from "./webhook-endpoint.ts";
import "./webhook-delivery-list.ts";

const newest: Order = { by: "webhookEndpoints", column: "createdAt", type: "date", direction: "desc" };

builder.queryField("webhookEndpoint", (t) =>
  t.prismaField({
    type: WebhookEndpoint,
    nullable: true,
    description:
      "The webhook endpoint with this id. Null if it does not exist in this workspace. Requires the scope ADMIN.",
    args: { id: t.arg.id({ required: true, description: "The endpoint's id." }) },
    resolve: async (query, _root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "ADMIN");
      const id = keyOf("WebhookEndpoint", args.id);
      return id === null ? null : ctx.db.webhookEndpoint.findUnique({ ...query, where: { id, workspaceId } });
    },
  }),
);

builder.queryField("webhookEndpoints", (t) =>
  t.connection(
    {
      type: WebhookEndpoint,
      description:
        "The workspace's webhook endpoints, newest first, including disabled ones. Requires the scope ADMIN. At most 100 per page.",
      resolve: async (_root, args, ctx, info) => {
        const { workspaceId } = viewerWith(ctx, "ADMIN");
        return await readPage(
          { args, ctx, info, typeName: "WebhookEndpoint", order: newest },
          (query) =>
            ctx.db.webhookEndpoint.findMany({ ...query, where: { AND: [{ workspaceId }, query.where] } }),
          () => ctx.db.webhookEndpoint.count({ where: { workspaceId } }),
        );
      },
    },
    WebhookEndpointConnection,
  ),
);
