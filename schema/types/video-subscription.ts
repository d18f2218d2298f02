import { queryFromInfo } from "@pothos/plugin-prisma";
import { NotFoundError } from "../../src/errors.ts";
import { keyOf } from "../../src/global-id.ts";
import { builder } from "../builder.ts";
import { viewerOfVideo } from "../context.ts";
import { untilReturned } from "../until-returned.ts";
import { Video } from "./video.ts";

builder.subscriptionField("videoProgress", (t) =>
  t.field({
    type: Video,
    description:
      "The video as it is now, then again at every change: newest only, never backwards. A slow client skips states. Ends when the video is deleted.",
    args: {
      id: t.arg.id({ required: true, description: "The video's id." }),
      after: t.arg.string({
        description:
          "A `cursor` of this video: states that are not newer are left out. For going on after a break.",
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
      // Told that the selection is loaded, the fields below read the snapshot and not the database.
      queryFromInfo({ context: ctx, info });
      return snapshot;
    },
  }),
);
