import { InvalidInputError } from "../../src/errors.ts";
import { type Changes, type EventCodec, type EventStart } from "../../src/events/index.ts";
import { keyOf } from "../../src/global-id.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { untilReturned } from "../until-returned.ts";
import { Event } from "./event.ts";

const maxChanges = 1_000;
const maxTypes = 50;
/** A video that nothing ever happened to: an id of none of ours is answered like one without events. */
const noVideo = "00000000-0000-0000-0000-000000000000";

const ChangesType = builder.objectRef<Changes>("Changes").implement({
  description: "A page of the event log, for a receiver that keeps its cursor.",
  fields: (t) => ({
    events: t.field({
      type: [Event],
      description: "What happened, in the log's order.",
      resolve: (page) => page.events,
    }),
    cursor: t.string({
      description:
        "Where to go on, also when `events` is empty: everything before it is in this page, was before it, or did not fit the filter.",
      resolve: (page, _args, ctx) => ctx.events.codec.encodeCursor(page.place),
    }),
    hasMore: t.exposeBoolean("hasMore", {
      description:
        "Whether to ask again at once. When false, the page reaches everything that was committed before the request.",
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
  const isTooLong = types != null && types.length > maxTypes;
  const wrong = isTooLong ? undefined : types?.find((type) => !/^[a-z]+\.[a-z-]{1,100}$/.test(type));
  if (wrong !== undefined || isTooLong) {
    const came =
      wrong === undefined ? `${types?.length} of them came` : `${JSON.stringify(wrong.slice(0, 80))} came`;
    throw new InvalidInputError(
      "EVENT_TYPE_INVALID",
      "types",
      `types: names of event types like "video.playable" were expected, ${maxTypes} at most; ${came}. Leave \`types\` out for all.`,
    );
  }
  return {
    ...(videoId != null && { videoId: keyOf("Video", videoId) ?? noVideo }),
    ...(types != null && { types: [...new Set(types)] }),
  };
}

builder.queryField("changes", (t) =>
  t.field({
    type: ChangesType,
    description:
      "What happened in the workspace after a cursor: each event once, in one order, none missing. For receivers that were away: ask until `hasMore` is false and keep the last `cursor`.",
    args: {
      after: t.arg.string({
        description:
          "A `cursor` of the log; `beginning` (the default): the oldest event that is kept; `now`: nothing but the newest cursor.",
      }),
      first: t.arg.int({ defaultValue: 100, description: `Events on the page: 0 to ${maxChanges}.` }),
      videoId: t.arg.id({ description: "Of this video only." }),
      types: t.arg.stringList({ description: `Of these types only, at most ${maxTypes}.` }),
    },
    resolve: (_root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const size = args.first ?? 100;
      if (size < 0 || size > maxChanges) {
        throw new InvalidInputError(
          "PAGE_SIZE_INVALID",
          "first",
          `first: a page of changes holds 0 to ${maxChanges} events, not ${size}. Ask for ${maxChanges} at most and go on with \`after: cursor\` while \`hasMore\`.`,
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
      "What happens in the workspace, one event at a time, in the log's order: first everything after the cursor, then live. A slow client gets all of it, later.",
    args: {
      after: t.arg.string({
        description:
          "A `cursor` of the log; `beginning`: the oldest event that is kept; `now` (the default): what happens from now on.",
      }),
      videoId: t.arg.id({ description: "Of this video only." }),
      types: t.arg.stringList({ description: `Of these types only, at most ${maxTypes}.` }),
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
