/** Sends the event log to the addresses that workspaces name, as Standard Webhooks has it. */
export { contextOf as webhookSecretContext, encryptWebhookSecrets } from "./endpoint-secrets.ts";
export {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  disableWebhookEndpoint,
  enableWebhookEndpoint,
  rotateWebhookSecret,
  updateWebhookEndpoint,
} from "./endpoints.ts";
export { messageIdOf, TEST_TYPE } from "./message.ts";
export {
  redeliverFailedWebhooks,
  redeliverWebhook,
  sendTestWebhook,
} from "./redeliver.ts";
export { forgetDeliveries, startWebhooks } from "./start-webhooks.ts";
