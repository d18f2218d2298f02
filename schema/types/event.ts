import type { Event as EventRow } from "../../prisma/generated/client.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { encodeGlobalId, keyOf } from "../global-id.ts";
import { type Order, planPage, toConnection } from "../paging.ts";

const Event = builder.objectRef<EventRow>("Event").implement({
  description: "An entry of the durable log of state changes.",
  fields: (t) => ({
    type: t.exposeString("type", {
      description: "What happened, dotted and past tense, e.g. `video.playable`.",
    }),
    at: t.expose("at", { type: "DateTime", description: "When it happened." }),
    data: t.expose("data", {
      type: "JSON",
      description: "What there is to say of it; its fields depend on `type`.",
    }),
    videoId: t.id({
      description: "The video that it happened to.",
      resolve: (event) => encodeGlobalId("Video", event.videoId),
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

const EventConnection = builder.connectionObject(
  { type: Event, name: "EventConnection", description: "A page of a list of events." },
  { name: "EventEdge", description: "An event and its position in a list." },
);

const inOrder: Order = { by: "events", column: "id", type: "text", id: "number", direction: "asc" };

builder.queryField("events", (t) =>
  t.connection(
    {
      type: Event,
      description:
        "What happened in the workspace, first to last; `last` begins with the newest. At most 100 on a page.",
      args: { videoId: t.arg.id({ description: "To this video only." }) },
      resolve: async (_root, args, ctx) => {
        const { workspaceId } = viewerWith(ctx, "READ");
        const page = planPage(args, inOrder);
        const videoId = args.videoId == null ? undefined : keyOf("Video", args.videoId);
        if (videoId === null) return toConnection<EventRow>(page, [], async () => 0);
        const where = { workspaceId, ...(videoId !== undefined && { videoId }) };
        const rows = await ctx.db.event.findMany({
          where: { AND: [where, page.where] },
          orderBy: page.orderBy,
          take: page.take,
        });
        return toConnection(page, rows, () => ctx.db.event.count({ where }));
      },
    },
    EventConnection,
  ),
);
