import { SecretUnreadableError } from "../../src/secrets/index.ts";
import { webhookSecretContext } from "../../src/webhooks/index.ts";
import { builder } from "../builder.ts";
import { type Context, workspaceOf } from "../context.ts";
import { WebhookDisabledReason, WebhookEndpointStatus } from "./webhook-enums.ts";

interface Secret {
  ending: string;
  createdAt: Date | null;
  expiresAt: Date | null;
}

const WebhookSecret = builder.objectRef<Secret>("WebhookSecret").implement({
  description: "A secret that signs messages to a webhook endpoint. Its value is shown once, on creation.",
  fields: (t) => ({
    ending: t.exposeString("ending", {
      description:
        "Its last four characters, to recognize it. `????` if it cannot be decrypted, because the API lacks its key.",
    }),
    createdAt: t.expose("createdAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was created. Null if it has been replaced.",
    }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      nullable: true,
      description: "When it stops signing. Null for the newest one.",
    }),
  }),
});

/** The list of endpoints stays readable if a key is missing. */
function endingOf(
  { operations }: Context,
  endpoint: { id: string; workspaceId: string },
  stored: string,
): string {
  try {
    const secret = operations.secrets.decryptSecret(stored, webhookSecretContext(endpoint));
    return secret.replaceAll("=", "").slice(-4);
  } catch (error) {
    if (error instanceof SecretUnreadableError) return "????";
    throw error;
  }
}

export const WebhookEndpoint = builder.prismaNode("WebhookEndpoint", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description: "An address that receives a workspace's events, signed according to Standard Webhooks.",
  select: { id: true },
  fields: (t) => ({
    url: t.exposeString("url", { description: "Address of the receiver. Messages are sent by POST." }),
    description: t.exposeString("description", { description: "Free text; may be empty." }),
    eventTypes: t.exposeStringList("eventTypes", {
      description: "Subscribed events: names (`video.ready`) and families (`video.*`). Empty: all.",
    }),
    status: t.expose("status", { type: WebhookEndpointStatus, description: "Whether messages are sent." }),
    disabledAt: t.expose("disabledAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was disabled. Null if it is enabled.",
    }),
    disabledReason: t.expose("disabledReason", {
      type: WebhookDisabledReason,
      nullable: true,
      description: "Why it is disabled, as a code. Null if it is enabled.",
    }),
    disabledMessage: t.exposeString("disabledMessage", {
      nullable: true,
      description: "Explains why it is disabled and what to do. Null if it is enabled.",
    }),
    secrets: t.field({
      type: [WebhookSecret],
      description: "The active secrets, newest first. Two during a rotation.",
      select: {
        id: true,
        workspaceId: true,
        secret: true,
        secretCreatedAt: true,
        previousSecret: true,
        previousSecretExpiresAt: true,
      },
      resolve: (endpoint, _args, ctx) => {
        const { secret, secretCreatedAt: createdAt, previousSecret, previousSecretExpiresAt } = endpoint;
        const newest = { ending: endingOf(ctx, endpoint, secret), createdAt, expiresAt: null };
        if (previousSecret === null || previousSecretExpiresAt === null) return [newest];
        if (previousSecretExpiresAt <= ctx.clock()) return [newest];
        const previous = { ending: endingOf(ctx, endpoint, previousSecret), createdAt: null };
        return [newest, { ...previous, expiresAt: previousSecretExpiresAt }];
      },
    }),
    failingSince: t.expose("failingSince", {
      type: "DateTime",
      nullable: true,
      description: "When it started to fail. Null if it accepted the last message, and before the first.",
    }),
    lastSucceededAt: t.expose("lastSucceededAt", {
      type: "DateTime",
      nullable: true,
      description: "When it last accepted a message, to within seconds. Null if never.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the endpoint was created." }),
  }),
});
