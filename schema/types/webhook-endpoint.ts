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
  description:
    "A secret that signs what a webhook endpoint is sent. It itself is shown once, when it is made.",
  fields: (t) => ({
    ending: t.exposeString("ending", {
      description:
        "Its last four characters, to recognise it by. `????` when it cannot be decrypted: the API lacks its key.",
    }),
    createdAt: t.expose("createdAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was made; null of one that was replaced.",
    }),
    expiresAt: t.expose("expiresAt", {
      type: "DateTime",
      nullable: true,
      description: "When it stops signing; null of the newest, which does not.",
    }),
  }),
});

/** The list of endpoints stays readable when a key is missing. */
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
  description: "An address that a workspace's events are sent to, signed as Standard Webhooks has it.",
  select: { id: true },
  fields: (t) => ({
    url: t.exposeString("url", { description: "Where messages are sent to, by POST." }),
    description: t.exposeString("description", { description: "What it is for, for people; may be empty." }),
    eventTypes: t.exposeStringList("eventTypes", {
      description: "The events that it is sent: names (`video.ready`) and families (`video.*`). Empty: all.",
    }),
    status: t.expose("status", { type: WebhookEndpointStatus, description: "Whether it is sent to." }),
    disabledAt: t.expose("disabledAt", {
      type: "DateTime",
      nullable: true,
      description: "Since when it is disabled; null while it is not.",
    }),
    disabledReason: t.expose("disabledReason", {
      type: WebhookDisabledReason,
      nullable: true,
      description: "Why it is disabled; null while it is not.",
    }),
    disabledMessage: t.exposeString("disabledMessage", {
      nullable: true,
      description: "The same as a sentence for people, with what to do; null while it is not disabled.",
    }),
    secrets: t.field({
      type: [WebhookSecret],
      description: "Those that sign now, newest first: two while a rotation is under way.",
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
      description:
        "Since when it has taken nothing; null when it took the last message, and before the first.",
    }),
    lastSucceededAt: t.expose("lastSucceededAt", {
      type: "DateTime",
      nullable: true,
      description: "When it last took a message, to some seconds; null if never.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
  }),
});

export const WebhookEndpointConnection = builder.connectionObject(
  {
    type: WebhookEndpoint,
    name: "WebhookEndpointConnection",
    description: "A page of a list of webhook endpoints.",
  },
  { name: "WebhookEndpointEdge", description: "A webhook endpoint and its position in a list." },
);
