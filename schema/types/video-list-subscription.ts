import { queryFromInfo } from "@pothos/plugin-prisma";
import { keyOf } from "../../src/global-id.ts";
import { maxPageSize } from "../../src/page-size.ts";
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
    description: `The videos of a list: each one as it is now, then again whenever it changes. Newest states only, never backwards; a slow client skips states. Give \`ids\` or \`filter\`. Videos that do not exist, or that a token does not show, are left out. Ends when all of them are deleted.`,
    args: {
      ids: t.arg.idList({ description: `The videos' ids, at most ${maxPageSize}.` }),
      filter: t.arg({
        type: VideoFilter,
        description: `The newest ${maxPageSize} videos that match when the subscription begins. Not with a token for browsers.`,
      }),
    },
    subscribe: async (_root, args, ctx) => {
      // A token's holder knows ids and nothing of the workspace.
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
