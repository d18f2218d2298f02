import { keyOf } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { viewerOfVideo, viewerWith } from "../context.ts";
import { connectionOf, readPage } from "../lists.ts";
import type { Order } from "../paging.ts";
import { Video } from "./video.ts";
import { VideoFilter, videoWhere } from "./video-filter.ts";

builder.queryField("video", (t) =>
  t.prismaField({
    type: Video,
    nullable: true,
    description: "The video with this id. Null if it does not exist in this workspace.",
    args: { id: t.arg.id({ required: true, description: "The video's id." }) },
    resolve: async (query, _root, args, ctx) => {
      const id = keyOf("Video", args.id);
      const viewer = await viewerOfVideo(ctx, id);
      if (id === null || viewer === null) return null;
      const { workspaceId } = viewer;
      return ctx.db.video.findUnique({ ...query, where: { id, workspaceId } });
    },
  }),
);

builder.queryField("videoByExternalId", (t) =>
  t.prismaField({
    type: Video,
    nullable: true,
    description: "The video with this external id. Null if it does not exist in this workspace.",
    args: {
      externalId: t.arg.string({ required: true, description: "The id, as passed to `createVideo`." }),
    },
    resolve: async (query, _root, { externalId }, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      if (externalId.includes("\0")) return null;
      const where = { workspaceId_externalId: { workspaceId, externalId } };
      return ctx.db.video.findUnique({ ...query, where });
    },
  }),
);

const VideoOrderField = builder.enumType("VideoOrderField", {
  description: "Sort keys of videos.",
  values: {
    CREATED_AT: { description: "Creation time.", value: "createdAt" },
    UPDATED_AT: { description: "Time of the last change of their own fields.", value: "updatedAt" },
    TITLE: { description: "Title, in the database's collation.", value: "title" },
  } as const,
});

export const OrderDirection = builder.enumType("OrderDirection", {
  description: "Sort direction.",
  values: {
    ASC: { description: "Oldest, or A, first.", value: "asc" },
    DESC: { description: "Newest, or Z, first.", value: "desc" },
  } as const,
});

const VideoOrder = builder.inputType("VideoOrder", {
  description: "An order of videos.",
  fields: (t) => ({
    field: t.field({ type: VideoOrderField, required: true, description: "Sort key." }),
    direction: t.field({
      type: OrderDirection,
      defaultValue: "desc",
      required: true,
      description: "Sort direction.",
    }),
  }),
});

type Column = "createdAt" | "updatedAt" | "title";

const videoOrder = (field: Column, direction: Order["direction"]): Order => ({
  by: `videos.${field}.${direction}`,
  column: field,
  type: field === "title" ? "text" : "date",
  direction,
});

/** The default order of `videos`. */
export const newestVideos = videoOrder("createdAt", "desc");

builder.queryField("videos", (t) =>
  t.connection(
    {
      type: Video,
      description: "The workspace's videos, newest first. At most 100 per page.",
      args: {
        filter: t.arg({ type: VideoFilter, description: "Default: all videos." }),
        orderBy: t.arg({
          type: VideoOrder,
          required: true,
          defaultValue: { field: "createdAt", direction: "desc" },
          description: "Order of the list. A cursor is valid only for the order that it came from.",
        }),
      },
      resolve: async (_root, args, ctx, info) => {
        const { workspaceId } = viewerWith(ctx, "READ");
        const { field, direction } = args.orderBy;
        const order = videoOrder(field, direction);
        const where = await videoWhere(ctx.db, workspaceId, args.filter);
        return await readPage(
          { args, ctx, info, typeName: "Video", order },
          (query) => ctx.db.video.findMany({ ...query, where: { AND: [where, query.where] } }),
          () => ctx.db.video.count({ where }),
        );
      },
    },
    connectionOf(Video, "A video", "videos"),
  ),
);
