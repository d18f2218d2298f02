import { encodeGlobalId } from "../../src/inputs/index.ts";
import { messageIdOf, TEST_TYPE } from "../../src/webhooks/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { WebhookAttempt } from "./webhook-attempt.ts";
import { WebhookDeliveryStatus } from "./webhook-enums.ts";

export const WebhookDelivery = builder.prismaNode("WebhookDelivery", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, endpoint: { workspaceId: workspaceOf(ctx) } }),
  description: "The delivery of one event to one webhook endpoint.",
  select: { id: true },
  fields: (t) => ({
    messageId: t.string({
      description: "Message id for the receiver (`webhook-id`), the same in every attempt.",
      select: { id: true },
      resolve: ({ id }) => messageIdOf(id),
    }),
    type: t.exposeString("type", {
      description: "Type of the event, e.g. `video.ready`; `webhook.test` for a test.",
    }),
    isTest: t.boolean({
      description: "Whether it is a test from `sendTestWebhook`. Tried once.",
      select: { type: true },
      resolve: ({ type }) => type === TEST_TYPE,
    }),
    status: t.expose("state", { type: WebhookDeliveryStatus, description: "Status of the delivery." }),
    eventId: t.id({
      nullable: true,
      description: "Id of the event. Null for a test.",
      select: { eventId: true },
      resolve: ({ eventId }, _args, ctx) =>
        eventId === null ? null : encodeGlobalId("Event", ctx.events.codec.encodeId(eventId)),
    }),
    eventAt: t.expose("eventAt", { type: "DateTime", description: "When the event happened." }),
    cursor: t.string({
      nullable: true,
      description: "Position of the event in the log, for `changes(after:)`. Null for a test.",
      select: { position: true, eventAt: true },
      resolve: ({ position, eventAt }, _args, ctx) =>
        position === null ? null : ctx.events.codec.encodeCursor({ position, atMs: eventAt.getTime() }),
    }),
    videoId: t.id({
      nullable: true,
      description: "The video of the event, if any.",
      select: { videoId: true },
      resolve: ({ videoId }) => videoId && encodeGlobalId("Video", videoId),
    }),
    payload: t.field({
      type: "JSON",
      description: "The request body, the same in every attempt: `type`, `timestamp`, `data`.",
      select: { body: true },
      resolve: ({ body }) => JSON.parse(body) as unknown,
    }),
    attemptCount: t.exposeInt("attemptCount", {
      description: "Number of attempts, redeliveries included.",
    }),
    attempts: t.prismaField({
      type: [WebhookAttempt],
      description: "Its attempts, first to last.",
      select: (_args, _ctx, nestedSelection) => ({
        attempts: nestedSelection({ orderBy: { number: "asc" } }),
      }),
      resolve: (_query, delivery) => delivery.attempts,
    }),
    nextAttemptAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When the next attempt is due. Null once it is settled.",
      select: { state: true, nextAttemptAt: true },
      resolve: ({ state, nextAttemptAt }) => (state === "PENDING" ? nextAttemptAt : null),
    }),
    settledAt: t.expose("settledAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was accepted, given up or canceled. Null while it is PENDING.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the delivery was created." }),
  }),
});
