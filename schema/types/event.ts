import { type LoggedEvent, placeOf } from "../../src/events/index.ts";
import { encodeGlobalId } from "../../src/global-id.ts";
import { builder } from "../builder.ts";
import { Video } from "./video.ts";

export const Event = builder.objectRef<LoggedEvent>("Event").implement({
  description: "An entry of the durable, ordered log of state changes.",
  fields: (t) => ({
    id: t.id({
      description: "Opaque id, the same however often it is read.",
      resolve: (event, _args, ctx) => encodeGlobalId("Event", ctx.events.codec.encodeId(event.id)),
    }),
    cursor: t.string({
      description: "Its place in the log: `after` this cursor comes the next event.",
      resolve: (event, _args, ctx) => ctx.events.codec.encodeCursor(placeOf(event)),
    }),
    type: t.exposeString("type", {
      description: "What happened, dotted and past tense, e.g. `video.playable`.",
    }),
    at: t.expose("at", { type: "DateTime", description: "When it happened." }),
    data: t.expose("data", {
      type: "JSON",
      description: "What there is to say of it; its fields depend on `type`.",
    }),
    videoId: t.id({
      nullable: true,
      description: "The video that it happened to; null when it is of the workspace: `webhook.…`.",
      resolve: (event) => event.videoId && encodeGlobalId("Video", event.videoId),
    }),
    video: t.prismaField({
      type: Video,
      nullable: true,
      description:
        "That video as it is now, which may be further on; null when it was deleted since, or the event is of none.",
      // Looked up side by side, these become one query for a page.
      resolve: (query, { videoId }, _args, ctx) =>
        videoId === null ? null : ctx.db.video.findUnique({ ...query, where: { id: videoId } }),
    }),
    variantName: t.string({
      nullable: true,
      description:
        "The name of the variant that it happened to, e.g. `720p`; null unless `type` is `variant.…`.",
      resolve: ({ type, data }) => (type.startsWith("variant.") ? nameIn(data) : null),
    }),
    jobId: t.id({
      nullable: true,
      description: "The job that it happened in, if any.",
      resolve: (event) => event.jobId && encodeGlobalId("Job", event.jobId),
    }),
    attemptId: t.id({
      nullable: true,
      description: "The attempt that it happened in, if any.",
      resolve: (event) => event.attemptId && encodeGlobalId("Attempt", event.attemptId),
    }),
  }),
});

function nameIn(data: LoggedEvent["data"]): string | null {
  const name = typeof data === "object" && data !== null && !Array.isArray(data) ? data["name"] : null;
  return typeof name === "string" ? name : null;
}
