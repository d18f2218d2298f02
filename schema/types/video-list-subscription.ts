import { queryFromInfo } from "@pothos/plugin-prisma";
import { keyOf, MAX_PAGE_SIZE } from "../../src/inputs/index.ts";
import { watchVideos } from "../../src/progress/index.ts";
import { builder } from "../builder.ts";
import { viewerWith, visibleVideos } from "../context.ts";
import { untilReturned } from "../until-returned.ts";
import { chooseVideos } from "./choose-videos.ts";
import { Video } from "./video.ts";
import { VideoFilter } from "./video-filter.ts";

builder.subscriptionField("videosProgress", (t) =>
  t.field({
    type: Video,
    description: `The videos of a list: each in its current state, then after every change. Only the newest state, never an older one. Slow clients skip states. Requires \`ids\` or \`filter\`. Unknown videos, and those that a token does not cover, are omitted. Ends when all of them are deleted.`,
    args: {
      ids: t.arg.idList({ description: `The videos' ids, at most ${MAX_PAGE_SIZE}.` }),
      filter: t.arg({
        type: VideoFilter,
        description: `The newest ${MAX_PAGE_SIZE} videos that match when the subscription starts. Not available to browser tokens.`,
      }),
    },
    subscribe: async (_root, args, ctx) => {
      // A token grants access to videos by id, not to the workspace's list.
      const viewer = args.ids && ctx.viewer?.grant ? ctx.viewer : viewerWith(ctx, "READ");
      const { workspaceId } = viewer;
      const { ids } = await chooseVideos(ctx, workspaceId, args);
      const keys = ids.flatMap((id) => keyOf("Video", id) ?? []);
      const videoIds = await visibleVideos(ctx, keys);
      return untilReturned((signal) => watchVideos(ctx.live, { workspaceId, videoIds }, signal));
    },
    resolve: (snapshot, _args, ctx, info) => {
      // Marks the selection as loaded, so that the fields below read the snapshot and not the database.
      queryFromInfo({ context: ctx, info });
      return snapshot;
    },
  }),
);
