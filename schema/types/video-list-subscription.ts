import { queryFromInfo } from "@pothos/plugin-prisma";
import { InvalidInputError } from "../../src/errors.ts";
import { keyOf } from "../../src/global-id.ts";
import { maxWatchedVideos, watchVideos } from "../../src/progress/index.ts";
import { builder } from "../builder.ts";
import { type Context, viewerWith } from "../context.ts";
import { untilReturned } from "../until-returned.ts";
import { Video } from "./video.ts";
import { VideoFilter, videoWhere } from "./video-filter.ts";

interface Choice {
  ids?: readonly string[] | null | undefined;
  filter?: typeof VideoFilter.$inferInput | null | undefined;
}

/** Throws `InvalidInputError` (`VIDEO_IDS_INVALID`). */
async function chooseVideos(ctx: Context, workspaceId: string, { ids, filter }: Choice): Promise<string[]> {
  if ((ids == null) === (filter == null)) {
    throw new InvalidInputError("VIDEO_IDS_INVALID", "ids", "ids, filter: give exactly one of the two.");
  }
  if (ids == null) {
    const rows = await ctx.db.video.findMany({
      where: { ...videoWhere(filter), workspaceId },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: maxWatchedVideos,
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }
  if (ids.length > maxWatchedVideos) {
    throw new InvalidInputError(
      "VIDEO_IDS_INVALID",
      "ids",
      `ids: ${ids.length} were given; one subscription follows at most ${maxWatchedVideos} videos.`,
    );
  }
  return ids.flatMap((id) => keyOf("Video", id) ?? []);
}

builder.subscriptionField("videosProgress", (t) =>
  t.field({
    type: Video,
    description: `The videos of a list: each one as it is now, then again whenever it changes. Newest states only, never backwards; a slow client skips states. Give \`ids\` or \`filter\`. Videos that do not exist are left out. Ends when all of them are deleted.`,
    args: {
      ids: t.arg.idList({ description: `The videos' ids, at most ${maxWatchedVideos}.` }),
      filter: t.arg({
        type: VideoFilter,
        description: `The newest ${maxWatchedVideos} videos that match when the subscription begins.`,
      }),
    },
    subscribe: async (_root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const videoIds = await chooseVideos(ctx, workspaceId, args);
      return untilReturned((signal) => watchVideos(ctx.live, { workspaceId, videoIds }, signal));
    },
    resolve: (snapshot, _args, ctx, info) => {
      // Marks the selection as loaded, so that the fields below read the snapshot and not the database.
      queryFromInfo({ context: ctx, info });
      return snapshot;
    },
  }),
);
