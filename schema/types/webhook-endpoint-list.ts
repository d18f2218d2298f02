import { keyOf } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { addList } from "../lists.ts";
import { WebhookEndpoint } from "./webhook-endpoint.ts";
import "./webhook-delivery-list.ts";

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

addList("webhookEndpoints", {
  type: WebhookEndpoint,
  one: "A webhook endpoint",
  many: "webhook endpoints",
  description: "The workspace's webhook endpoints, newest first, including disabled ones.",
  scope: "ADMIN",
  model: (db) => db.webhookEndpoint,
});
