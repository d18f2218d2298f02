import { builder } from "../builder.ts";

export const WebhookEndpointStatus = builder.enumType("WebhookEndpointStatus", {
  description: "Status of a webhook endpoint.",
  values: {
    ENABLED: { description: "Events are sent." },
    DISABLED: {
      description: "Nothing is sent; `disabledReason` has the reason. Events wait in the log.",
    },
  },
});

export const WebhookDisabledReason = builder.enumType("WebhookDisabledReason", {
  description: "Why a webhook endpoint is disabled.",
  values: {
    REQUESTED: { description: "Disabled with `disableWebhookEndpoint`." },
    GONE: { description: "It answered 410 Gone." },
    FAILING: { description: "It accepted no message for about three days." },
  },
});

export const WebhookDeliveryStatus = builder.enumType("WebhookDeliveryStatus", {
  description: "Status of a webhook delivery.",
  values: {
    PENDING: { description: "Not yet accepted. The next attempt is at `nextAttemptAt`." },
    SUCCEEDED: { description: "The receiver accepted it with a status from 200 to 299." },
    FAILED: { description: "Given up after the last attempt. `redeliverWebhook` sends it again." },
    CANCELED: { description: "Not sent: its endpoint was enabled again, skipping missed events." },
  },
});
