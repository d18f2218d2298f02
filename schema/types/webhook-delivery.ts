import { encodeGlobalId } from "../../src/global-id.ts";
import { messageIdOf, testType } from "../../src/webhooks/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { WebhookAttempt } from "./webhook-attempt.ts";
import { WebhookDeliveryStatus } from "./webhook-enums.ts";

export const WebhookDelivery = builder.prismaNode("WebhookDelivery", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, endpoint: { workspaceId: workspaceOf(ctx) } }),
  description: "One event on its way to one webhook endpoint.",
  select: { id: true },
  fields: (t) => ({
    messageId: t.string({
      description: "What the receiver knows it by (`webhook-id`): the same however often it is sent.",
      select: { id: true },
      resolve: ({ id }) => messageIdOf(id),
    }),
    type: t.exposeString("type", {
      description: "What happened, e.g. `video.ready`; `webhook.test` is a test's.",
    }),
    isTest: t.boolean({
      description: "Whether it says nothing but that it arrived: `sendTestWebhook` made it. Tried once.",
      select: { type: true },
      resolve: ({ type }) => type === testType,
    }),
    status: t.expose("state", { type: WebhookDeliveryStatus, description: "How far it is." }),
    eventId: t.id({
      nullable: true,
      description: "The event's id; null of a test.",
      select: { eventId: true },
      resolve: ({ eventId }, _args, ctx) =>
        eventId === null ? null : encodeGlobalId("Event", ctx.events.codec.encodeId(eventId)),
    }),
    eventAt: t.expose("eventAt", { type: "DateTime", description: "When the event happened." }),
    cursor: t.string({
      nullable: true,
      description: "The event's place in the log, for `changes(after:)`; null of a test.",
      select: { position: true, eventAt: true },
      resolve: ({ position, eventAt }, _args, ctx) =>
        position === null ? null : ctx.events.codec.encodeCursor({ position, atMs: eventAt.getTime() }),
    }),
    videoId: t.id({
      nullable: true,
      description: "The video that it is about, if any.",
      select: { videoId: true },
      resolve: ({ videoId }) => videoId && encodeGlobalId("Video", videoId),
    }),
    payload: t.field({
      type: "JSON",
      description: "The body that is sent, in every attempt the same: `type`, `timestamp`, `data`.",
      select: { body: true },
      resolve: ({ body }) => JSON.parse(body) as unknown,
    }),
    attemptCount: t.exposeInt("attemptCount", {
      description: "How often it was sent, redeliveries included.",
    }),
    attempts: t.prismaField({
      type: [WebhookAttempt],
      description: "What was sent and what came back, first to last.",
      select: (_args, _ctx, nestedSelection) => ({
        attempts: nestedSelection({ orderBy: { number: "asc" } }),
      }),
      resolve: (_query, delivery) => delivery.attempts,
    }),
    nextAttemptAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it is due; null once it is settled.",
      select: { state: true, nextAttemptAt: true },
      resolve: ({ state, nextAttemptAt }) => (state === "PENDING" ? nextAttemptAt : null),
    }),
    settledAt: t.expose("settledAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was taken, given up or canceled; null while it is PENDING.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was made." }),
  }),
});
