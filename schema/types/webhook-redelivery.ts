import { ConflictError, NotFoundError } from "../../src/errors/index.ts";
import { redeliverFailedWebhooks, redeliverWebhook, sendTestWebhook } from "../../src/webhooks/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { inputOf, subjectKey } from "../subject.ts";
import { WebhookDelivery } from "./webhook-delivery.ts";

const RedeliverWebhookInput = builder.inputType("RedeliverWebhookInput", {
  description: "The webhook delivery to send again.",
  fields: (t) => ({ deliveryId: t.id({ required: true, description: "The delivery's id." }) }),
});

builder.mutationField("redeliverWebhook", (t) =>
  t.prismaField({
    type: WebhookDelivery,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Sends one webhook delivery again, whatever its status, with the same body and message id. Requires the scope ADMIN.",
    args: inputOf(RedeliverWebhookInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const id = subjectKey("WebhookDelivery", input.deliveryId);
      await redeliverWebhook(ctx.operations, viewer, id);
      return ctx.db.webhookDelivery.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

const RedeliveredWebhooks = builder.objectRef<{ count: number }>("RedeliveredWebhooks").implement({
  description: "Webhook deliveries that are sent again.",
  fields: (t) => ({
    count: t.exposeInt("count", { description: "How many." }),
  }),
});

const RedeliverFailedWebhooksInput = builder.inputType("RedeliverFailedWebhooksInput", {
  description: "Selects webhook deliveries to send again: those that are FAILED or CANCELED.",
  fields: (t) => ({
    endpointId: t.id({ required: true, description: "To this endpoint." }),
    since: t.field({
      type: "DateTime",
      required: true,
      description: "Events at or after this time.",
    }),
  }),
});

builder.mutationField("redeliverFailedWebhooks", (t) =>
  t.field({
    type: RedeliveredWebhooks,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Sends again what a webhook endpoint has not accepted since a given time. Safe to repeat. Requires the scope ADMIN.",
    args: inputOf(RedeliverFailedWebhooksInput),
    resolve: async (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const endpointId = subjectKey("WebhookEndpoint", input.endpointId);
      return {
        count: await redeliverFailedWebhooks(ctx.operations, viewer, { endpointId, since: input.since }),
      };
    },
  }),
);

const SendTestWebhookInput = builder.inputType("SendTestWebhookInput", {
  description: "The webhook endpoint to test.",
  fields: (t) => ({ endpointId: t.id({ required: true, description: "The endpoint's id." }) }),
});

builder.mutationField("sendTestWebhook", (t) =>
  t.prismaField({
    type: WebhookDelivery,
    errors: mayFailWith(NotFoundError),
    description:
      "Sends one message of the type `webhook.test` to a webhook endpoint, even a disabled one. Query its delivery for the response. Requires the scope ADMIN.",
    args: inputOf(SendTestWebhookInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const endpointId = subjectKey("WebhookEndpoint", input.endpointId);
      const id = await sendTestWebhook(ctx.operations, viewer, endpointId);
      return ctx.db.webhookDelivery.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);
