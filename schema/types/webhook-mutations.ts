import { ConflictError, InvalidInputError, NotFoundError } from "../../src/errors.ts";
import { encodeGlobalId } from "../../src/global-id.ts";
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  disableWebhookEndpoint,
  enableWebhookEndpoint,
  rotateWebhookSecret,
  updateWebhookEndpoint,
} from "../../src/webhooks/index.ts";
import { builder } from "../builder.ts";
import { type Context, viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { idempotencyKeyDescription, stillThere } from "../idempotency.ts";
import { idInput, subjectKey } from "../subject.ts";
import { WebhookEndpoint } from "./webhook-endpoint.ts";
import "./webhook-redelivery.ts";

const eventTypesDescription =
  "The events that it is sent: names (`video.ready`) and families (`video.*`), at most 50. Empty or left out: all.";
const urlDescription =
  "Where messages are sent to: `https:` on the public internet, or a host that WEBHOOK_ALLOW_PRIVATE names. At most 2,048 characters.";

const CreateWebhookEndpointInput = builder.inputType("CreateWebhookEndpointInput", {
  description: "A webhook endpoint to be made.",
  fields: (t) => ({
    url: t.string({ required: true, description: urlDescription }),
    description: t.string({ description: "What it is for, for people: at most 500 characters." }),
    eventTypes: t.stringList({ description: eventTypesDescription }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const UpdateWebhookEndpointInput = builder.inputType("UpdateWebhookEndpointInput", {
  description: "What to change of a webhook endpoint; fields left out stay as they are.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The endpoint's id." }),
    url: t.string({ description: `${urlDescription} What waits goes there, too.` }),
    description: t.string({ description: "What it is for, for people: at most 500 characters." }),
    eventTypes: t.stringList({ description: `${eventTypesDescription} For events to come.` }),
  }),
});

const RotateWebhookSecretInput = builder.inputType("RotateWebhookSecretInput", {
  description: "A webhook endpoint's secret to be replaced.",
  fields: (t) => ({
    endpointId: t.id({ required: true, description: "The endpoint's id." }),
    overlapMs: t.int({
      description:
        "For how many milliseconds the secret so far signs beside the new one: 0 to 604800000, a week. Default 86400000, a day.",
    }),
  }),
});

const CreatedWebhookEndpoint = builder
  .objectRef<{ endpointId: string; secret: string | null }>("CreatedWebhookEndpoint")
  .implement({
    description: "A new webhook endpoint and its secret.",
    fields: (t) => ({
      secret: t.exposeString("secret", {
        nullable: true,
        description:
          "The secret that signs, `whsec_…`: keep it where messages are received, it is shown nowhere else. Null when this is a repeat with the same `idempotencyKey`: if the first answer was lost, rotate the secret.",
      }),
      endpoint: t.prismaField({
        type: WebhookEndpoint,
        description: "The endpoint.",
        resolve: (query, { endpointId }, _args, ctx) => endpointOf(ctx, query, endpointId),
      }),
    }),
  });

const RotatedWebhookSecret = builder
  .objectRef<{ endpointId: string; secret: string }>("RotatedWebhookSecret")
  .implement({
    description: "A webhook endpoint's new secret.",
    fields: (t) => ({
      secret: t.exposeString("secret", {
        description:
          "The secret that signs from now on, `whsec_…`: keep it where messages are received, it is shown nowhere else.",
      }),
      endpoint: t.prismaField({
        type: WebhookEndpoint,
        description: "The endpoint; its `secrets` say how long the one before still signs.",
        resolve: (query, { endpointId }, _args, ctx) => endpointOf(ctx, query, endpointId),
      }),
    }),
  });

const endpointOf = (ctx: Context, query: object, id: string) =>
  stillThere(ctx.db.webhookEndpoint.findUnique({ ...query, where: { id } }));

builder.mutationField("createWebhookEndpoint", (t) =>
  t.field({
    type: CreatedWebhookEndpoint,
    errors: mayFailWith(InvalidInputError, ConflictError),
    description:
      "Adds an address that the workspace's events are sent to from now on, at most 50. Needs the scope ADMIN.",
    args: {
      input: t.arg({
        type: CreateWebhookEndpointInput,
        required: true,
        description: "The endpoint to be made.",
      }),
    },
    resolve: async (_root, { input }, ctx) => {
      const created = await createWebhookEndpoint(ctx.operations, viewerWith(ctx, "ADMIN"), given(input));
      // Of a repeat: it may be deleted by now.
      await endpointOf(ctx, { select: { id: true } }, created.endpointId);
      return created;
    },
  }),
);

builder.mutationField("updateWebhookEndpoint", (t) =>
  t.prismaField({
    type: WebhookEndpoint,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description: "Changes a webhook endpoint. Needs the scope ADMIN.",
    args: {
      input: t.arg({ type: UpdateWebhookEndpointInput, required: true, description: "What to change." }),
    },
    resolve: async (query, _root, { input: { id, ...input } }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const key = subjectKey("WebhookEndpoint", id);
      await updateWebhookEndpoint(ctx.operations, viewer, key, given(input));
      return endpointOf(ctx, query, key);
    },
  }),
);

const DeletedWebhookEndpoint = builder.objectRef<{ id: string }>("DeletedWebhookEndpoint").implement({
  description: "A webhook endpoint that is no more.",
  fields: (t) => ({
    deletedId: t.id({
      description: "The id that it had.",
      resolve: ({ id }) => encodeGlobalId("WebhookEndpoint", id),
    }),
  }),
});

const DeleteWebhookEndpointInput = idInput(
  "DeleteWebhookEndpointInput",
  "The webhook endpoint to delete.",
  "WebhookEndpoint",
);

builder.mutationField("deleteWebhookEndpoint", (t) =>
  t.field({
    type: DeletedWebhookEndpoint,
    errors: mayFailWith(NotFoundError),
    description: "Deletes a webhook endpoint with its deliveries. Needs the scope ADMIN.",
    args: { input: t.arg({ type: DeleteWebhookEndpointInput, required: true, description: "Which one." }) },
    resolve: async (_root, { input: { id } }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const key = subjectKey("WebhookEndpoint", id);
      await deleteWebhookEndpoint(ctx.operations, viewer, key);
      return { id: key };
    },
  }),
);

builder.mutationField("rotateWebhookSecret", (t) =>
  t.field({
    type: RotatedWebhookSecret,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Gives a webhook endpoint a new secret. For a time both sign, so that the receiver can change over. Needs the scope ADMIN.",
    args: {
      input: t.arg({ type: RotateWebhookSecretInput, required: true, description: "Whose, and how." }),
    },
    resolve: (_root, { input: { endpointId, overlapMs } }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const key = subjectKey("WebhookEndpoint", endpointId);
      return rotateWebhookSecret(ctx.operations, viewer, key, overlapMs ?? undefined);
    },
  }),
);

const DisableWebhookEndpointInput = idInput(
  "DisableWebhookEndpointInput",
  "The webhook endpoint to disable.",
  "WebhookEndpoint",
);

builder.mutationField("disableWebhookEndpoint", (t) =>
  t.prismaField({
    type: WebhookEndpoint,
    errors: mayFailWith(NotFoundError),
    description:
      "Stops sending to a webhook endpoint; what happens meanwhile waits in the log. Safe to repeat. Needs the scope ADMIN.",
    args: { input: t.arg({ type: DisableWebhookEndpointInput, required: true, description: "Which one." }) },
    resolve: async (query, _root, { input: { id } }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const key = subjectKey("WebhookEndpoint", id);
      await disableWebhookEndpoint(ctx.operations, viewer, key);
      return endpointOf(ctx, query, key);
    },
  }),
);

const EnableWebhookEndpointInput = builder.inputType("EnableWebhookEndpointInput", {
  description: "The webhook endpoint to enable.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The endpoint's id." }),
    skipMissed: t.boolean({
      description: "Skip what it missed and send only what happens from now on. Default false.",
    }),
  }),
});

builder.mutationField("enableWebhookEndpoint", (t) =>
  t.prismaField({
    type: WebhookEndpoint,
    errors: mayFailWith(NotFoundError),
    description:
      "Sends to a webhook endpoint again, first what it missed, as far back as the log is kept. Safe to repeat. Needs the scope ADMIN.",
    args: {
      input: t.arg({ type: EnableWebhookEndpointInput, required: true, description: "Which one, and how." }),
    },
    resolve: async (query, _root, { input: { id, skipMissed } }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const key = subjectKey("WebhookEndpoint", id);
      await enableWebhookEndpoint(ctx.operations, viewer, key, { skipMissed: skipMissed ?? false });
      return endpointOf(ctx, query, key);
    },
  }),
);
