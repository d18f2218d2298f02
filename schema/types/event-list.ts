import { type EventCodec, type LoggedEvent, placeOf, sequenceEvents } from "../../src/events/index.ts";
import { keyOf } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { connectionOf } from "../lists.ts";
import { type Order, planPage, toConnection } from "../paging.ts";
import { Event } from "./event.ts";

const EventConnection = connectionOf(Event, "An event", "events");

const inOrder = (codec: EventCodec): Order => ({
  by: "events",
  column: "position",
  type: "text",
  direction: "asc",
  cursors: {
    encode: (event: LoggedEvent) => codec.encodeCursor(placeOf(event)),
    decode: (cursor) => codec.decodeCursor(cursor)?.position,
  },
});

builder.queryField("events", (t) =>
  t.connection(
    {
      type: Event,
      description:
        "The workspace's events, oldest first; `last` starts at the newest. At most 100 per page. To follow the log, use `changes`.",
      args: { videoId: t.arg.id({ description: "Only events of this video." }) },
      resolve: async (_root, args, ctx) => {
        const { workspaceId } = viewerWith(ctx, "READ");
        const page = planPage(args, inOrder(ctx.events.codec));
        const videoId = args.videoId == null ? undefined : keyOf("Video", args.videoId);
        if (videoId === null) return toConnection<LoggedEvent>(page, [], async () => 0);
        await sequenceEvents(ctx.db);
        const where = { workspaceId, position: { not: null }, ...(videoId !== undefined && { videoId }) };
        const rows = await ctx.db.event.findMany({
          where: { AND: [where, page.where] },
          orderBy: page.orderBy,
          take: page.take,
        });
        const logged = rows.filter((row): row is typeof row & LoggedEvent => row.position !== null);
        return toConnection<LoggedEvent>(page, logged, () => ctx.db.event.count({ where }));
      },
    },
    EventConnection,
  ),
);
