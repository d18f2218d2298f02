import { queryFromInfo } from "@pothos/plugin-prisma";
import { NotFoundError } from "../../src/errors/index.ts";
import { keyOf } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { viewerOfVideo } from "../context.ts";
import { untilReturned } from "../until-returned.ts";
import { Video } from "./video.ts";

builder.subscriptionField("videoProgress", (t) =>
  t.field({
    type: Video,
    description:
      "The video now, then after every change: only the newest state, never an older one. Slow clients skip states. Ends when the video is deleted.",
    args: {
      id: t.arg.id({ required: true, description: "The video's id." }),
      after: t.arg.string({
        description:
          "A `cursor` of this video: skips states that are not newer. Use it to resume after a disconnect.",
      }),
    },
    subscribe: async (_root, args, ctx) => {
      const videoId = keyOf("Video", args.id);
      const viewer = await viewerOfVideo(ctx, videoId);
      if (videoId === null || viewer === null) {
        throw new NotFoundError(
          "VIDEO_NOT_FOUND",
          `There is no video ${JSON.stringify(args.id.slice(0, 100))} in this workspace.`,
        );
      }
      const target = { workspaceId: viewer.workspaceId, videoId, after: args.after ?? null };
      return untilReturned((signal) => ctx.live.watch(target, signal));
    },
    resolve: (snapshot, _args, ctx, info) => {
      // Marks the selection as loaded, so that the fields below read the snapshot and not the database.
      queryFromInfo({ context: ctx, info });
      return snapshot;
    },
  }),
);
