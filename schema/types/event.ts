import { type LoggedEvent, placeOf } from "../../src/events/index.ts";
import { encodeGlobalId } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { Video } from "./video.ts";

export const Event = builder.objectRef<LoggedEvent>("Event").implement({
  description: "An entry of the durable, ordered log of state changes.",
  fields: (t) => ({
    id: t.id({
      description: "Opaque id, stable across reads.",
      resolve: (event, _args, ctx) => encodeGlobalId("Event", ctx.events.codec.encodeId(event.id)),
    }),
    cursor: t.string({
      description: "Position in the log: the next event follows `after` this cursor.",
      resolve: (event, _args, ctx) => ctx.events.codec.encodeCursor(placeOf(event)),
    }),
    type: t.exposeString("type", {
      description: "Event type in the past tense, e.g. `video.playable`.",
    }),
    at: t.expose("at", { type: "DateTime", description: "When it happened." }),
    data: t.expose("data", {
      type: "JSON",
      description: "Details; the fields depend on `type`.",
    }),
    videoId: t.id({
      nullable: true,
      description: "Id of the video. Null for events of the workspace: `webhook.…`.",
      resolve: (event) => event.videoId && encodeGlobalId("Video", event.videoId),
    }),
    video: t.prismaField({
      type: Video,
      nullable: true,
      description:
        "The video in its current state, which may be newer than the event. Null if it was deleted, or the event has none.",
      // Parallel look-ups become one query per page.
      resolve: (query, { videoId }, _args, ctx) =>
        videoId === null ? null : ctx.db.video.findUnique({ ...query, where: { id: videoId } }),
    }),
    variantName: t.string({
      nullable: true,
      description: "Name of the variant, e.g. `720p`. Null unless `type` is `variant.…`.",
      resolve: ({ type, data }) => (type.startsWith("variant.") ? nameIn(data) : null),
    }),
    jobId: t.id({
      nullable: true,
      description: "The job in which it happened, if any.",
      resolve: (event) => event.jobId && encodeGlobalId("Job", event.jobId),
    }),
    attemptId: t.id({
      nullable: true,
      description: "The attempt in which it happened, if any.",
      resolve: (event) => event.attemptId && encodeGlobalId("Attempt", event.attemptId),
    }),
  }),
});

function nameIn(data: LoggedEvent["data"]): string | null {
  const name = typeof data === "object" && data !== null && !Array.isArray(data) ? data["name"] : null;
  return typeof name === "string" ? name : null;
}
