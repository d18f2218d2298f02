import { InvalidInputError } from "../../src/errors/index.ts";
import type { Changes, EventCodec, EventStart } from "../../src/events/index.ts";
import { keyOf } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { untilReturned } from "../until-returned.ts";
import { Event } from "./event.ts";

const MAX_CHANGES = 1_000;
const MAX_TYPES = 50;
/** Id that matches no video, so an unknown id gets the same answer as a video without events. */
const NO_VIDEO = "00000000-0000-0000-0000-000000000000";

const ChangesType = builder.objectRef<Changes>("Changes").implement({
  description: "A page of the event log, for receivers that keep a cursor.",
  fields: (t) => ({
    events: t.field({
      type: [Event],
      description: "The events, in the log's order.",
      resolve: (page) => page.events,
    }),
    cursor: t.string({
      description:
        "Cursor for the next request, also if `events` is empty. Everything before it was on this or an earlier page, or did not match the filter.",
      resolve: (page, _args, ctx) => ctx.events.codec.encodeCursor(page.place),
    }),
    hasMore: t.exposeBoolean("hasMore", {
      description:
        "Whether more events are available now. False: the page includes everything that was committed before the request.",
    }),
  }),
});

function startAt(
  codec: EventCodec,
  after: string | null | undefined,
  otherwise: "beginning" | "now",
): EventStart {
  if (after === null || after === undefined) return otherwise;
  return after === "beginning" || after === "now" ? after : codec.parseCursor(after);
}

interface FilterArgs {
  videoId?: string | null | undefined;
  types?: readonly string[] | null | undefined;
}

/** Throws `InvalidInputError` (`EVENT_TYPE_INVALID`). */
function filterIn({ videoId, types }: FilterArgs) {
  const isTooLong = types != null && types.length > MAX_TYPES;
  const wrong = isTooLong ? undefined : types?.find((type) => !/^[a-z]+\.[a-z-]{1,100}$/.test(type));
  if (wrong !== undefined || isTooLong) {
    const came =
      wrong === undefined ? `${types?.length} were given` : `${JSON.stringify(wrong.slice(0, 80))} came`;
    throw new InvalidInputError(
      "EVENT_TYPE_INVALID",
      "types",
      `types: expected event types like "video.playable", at most ${MAX_TYPES}; ${came}. Omit \`types\` for all.`,
    );
  }
  return {
    ...(videoId != null && { videoId: keyOf("Video", videoId) ?? NO_VIDEO }),
    ...(types != null && { types: [...new Set(types)] }),
  };
}

builder.queryField("changes", (t) =>
  t.field({
    type: ChangesType,
    description:
      "The workspace's events after a cursor: each event once, in order and without gaps. For receivers that were offline: request pages until `hasMore` is false, and store the last `cursor`.",
    args: {
      after: t.arg.string({
        description:
          "A `cursor` of the log; `beginning` (the default): the oldest stored event; `now`: no events, only the newest cursor.",
      }),
      first: t.arg.int({ defaultValue: 100, description: `Number of events per page: 0 to ${MAX_CHANGES}.` }),
      videoId: t.arg.id({ description: "Only events of this video." }),
      types: t.arg.stringList({ description: `Only events of these types, at most ${MAX_TYPES}.` }),
    },
    resolve: (_root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const size = args.first ?? 100;
      if (size < 0 || size > MAX_CHANGES) {
        throw new InvalidInputError(
          "PAGE_SIZE_INVALID",
          "first",
          `first: a page of changes has 0 to ${MAX_CHANGES} events, not ${size}. Request at most ${MAX_CHANGES} and continue with \`after: cursor\` while \`hasMore\` is true.`,
        );
      }
      const target = {
        workspaceId,
        after: startAt(ctx.events.codec, args.after, "beginning"),
        filter: filterIn(args),
      };
      return ctx.events.changes({ ...target, size });
    },
  }),
);

builder.subscriptionField("events", (t) =>
  t.field({
    type: Event,
    description:
      "The workspace's events one by one, in the log's order: first those after the cursor, then live ones. Slow clients miss nothing; they receive events later.",
    args: {
      after: t.arg.string({
        description:
          "A `cursor` of the log; `beginning`: the oldest stored event; `now` (the default): only new events.",
      }),
      videoId: t.arg.id({ description: "Only events of this video." }),
      types: t.arg.stringList({ description: `Only events of these types, at most ${MAX_TYPES}.` }),
    },
    subscribe: (_root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const target = {
        workspaceId,
        after: startAt(ctx.events.codec, args.after, "now"),
        filter: filterIn(args),
      };
      return untilReturned((signal) => ctx.events.follow(target, signal));
    },
    resolve: (event) => event,
  }),
);
