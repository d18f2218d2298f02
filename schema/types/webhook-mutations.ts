import { ConflictError, InvalidInputError, NotFoundError } from "../../src/errors/index.ts";
import { encodeGlobalId } from "../../src/inputs/index.ts";
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
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { WebhookEndpoint } from "./webhook-endpoint.ts";
import "./webhook-redelivery.ts";

const EVENT_TYPES_DESCRIPTION =
  "Subscribed events: names (`video.ready`) and families (`video.*`), at most 50. Default: all.";
const URL_DESCRIPTION =
  "Address of the receiver: `https:` on the public internet, or a host that WEBHOOK_ALLOW_PRIVATE lists. At most 2,048 characters.";

const CreateWebhookEndpointInput = builder.inputType("CreateWebhookEndpointInput", {
  description: "A new webhook endpoint.",
  fields: (t) => ({
    url: t.string({ required: true, description: URL_DESCRIPTION }),
    description: t.string({ description: "Free text, at most 500 characters." }),
    eventTypes: t.stringList({ description: EVENT_TYPES_DESCRIPTION }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

const UpdateWebhookEndpointInput = builder.inputType("UpdateWebhookEndpointInput", {
  description: "Changes to a webhook endpoint. Absent fields keep their values.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The endpoint's id." }),
    url: t.string({ description: `${URL_DESCRIPTION} Pending messages go there, too.` }),
    description: t.string({ description: "Free text, at most 500 characters." }),
    eventTypes: t.stringList({ description: `${EVENT_TYPES_DESCRIPTION} Applies to future events.` }),
  }),
});

const RotateWebhookSecretInput = builder.inputType("RotateWebhookSecretInput", {
  description: "Rotation of a webhook endpoint's secret.",
  fields: (t) => ({
    endpointId: t.id({ required: true, description: "The endpoint's id." }),
    overlapMs: t.int({
      description:
        "Milliseconds for which the previous secret still signs beside the new one: 0 to 604800000 (7 days). Default 86400000 (1 day).",
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
          "The signing secret, `whsec_…`. Store it at the receiver; it is not shown again. Null if this repeats a request with the same `idempotencyKey`. If you lost the first answer, rotate the secret.",
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
        description: "The new signing secret, `whsec_…`. Store it at the receiver; it is not shown again.",
      }),
      endpoint: t.prismaField({
        type: WebhookEndpoint,
        description: "The endpoint. Its `secrets` show how long the previous one still signs.",
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
      "Adds an address that receives the workspace's future events. At most 50 per workspace. Requires the scope ADMIN.",
    args: inputOf(CreateWebhookEndpointInput),
    resolve: async (_root, { input }, ctx) => {
      const created = await createWebhookEndpoint(ctx.operations, viewerWith(ctx, "ADMIN"), given(input));
      // In a repeated request, the endpoint may have been deleted.
      await endpointOf(ctx, { select: { id: true } }, created.endpointId);
      return created;
    },
  }),
);

builder.mutationField("updateWebhookEndpoint", (t) =>
  t.prismaField({
    type: WebhookEndpoint,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description: "Changes a webhook endpoint. Requires the scope ADMIN.",
    args: inputOf(UpdateWebhookEndpointInput),
    resolve: async (query, _root, { input: { id, ...input } }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const key = subjectKey("WebhookEndpoint", id);
      await updateWebhookEndpoint(ctx.operations, viewer, key, given(input));
      return endpointOf(ctx, query, key);
    },
  }),
);

const DeletedWebhookEndpoint = builder.objectRef<{ id: string }>("DeletedWebhookEndpoint").implement({
  description: "A deleted webhook endpoint.",
  fields: (t) => ({
    deletedId: t.id({
      description: "Id of the deleted endpoint.",
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
    description: "Deletes a webhook endpoint with its deliveries. Requires the scope ADMIN.",
    args: inputOf(DeleteWebhookEndpointInput),
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
      "Rotates a webhook endpoint's secret. Both secrets sign for a time, so that the receiver can change over. Requires the scope ADMIN.",
    args: inputOf(RotateWebhookSecretInput),
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
      "Stops sending to a webhook endpoint. Its events wait in the log. Safe to repeat. Requires the scope ADMIN.",
    args: inputOf(DisableWebhookEndpointInput),
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
      description: "Skip missed events and send only future ones. Default false.",
    }),
  }),
});

builder.mutationField("enableWebhookEndpoint", (t) =>
  t.prismaField({
    type: WebhookEndpoint,
    errors: mayFailWith(NotFoundError),
    description:
      "Enables a webhook endpoint again. Missed events are sent first, as far back as the log is kept. Safe to repeat. Requires the scope ADMIN.",
    args: inputOf(EnableWebhookEndpointInput),
    resolve: async (query, _root, { input: { id, skipMissed } }, ctx) => {
      const viewer = viewerWith(ctx, "ADMIN");
      const key = subjectKey("WebhookEndpoint", id);
      await enableWebhookEndpoint(ctx.operations, viewer, key, { skipMissed: skipMissed ?? false });
      return endpointOf(ctx, query, key);
    },
  }),
);
