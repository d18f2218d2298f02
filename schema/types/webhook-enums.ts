import { builder } from "../builder.ts";

export const WebhookEndpointStatus = builder.enumType("WebhookEndpointStatus", {
  description: "Whether a webhook endpoint is sent to.",
  values: {
    ENABLED: { description: "It is sent what happens." },
    DISABLED: {
      description: "Nothing is sent, for `disabledReason`. What happens meanwhile waits in the log.",
    },
  },
});

export const WebhookDisabledReason = builder.enumType("WebhookDisabledReason", {
  description: "Why a webhook endpoint is disabled.",
  values: {
    REQUESTED: { description: "Somebody asked for it: `disableWebhookEndpoint`." },
    GONE: { description: "It answered 410 Gone." },
    FAILING: { description: "It took nothing for about three days." },
  },
});

export const WebhookDeliveryStatus = builder.enumType("WebhookDeliveryStatus", {
  description: "How far a webhook delivery is.",
  values: {
    PENDING: { description: "On its way: it was not tried yet, or is tried again at `nextAttemptAt`." },
    SUCCEEDED: { description: "The receiver took it: it answered 200 to 299." },
    FAILED: { description: "Given up after the last try; `redeliverWebhook` sends it again." },
    CANCELED: { description: "Not sent: its endpoint was enabled again without what it had missed." },
  },
});
