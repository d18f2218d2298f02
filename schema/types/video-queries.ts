import { keyOf } from "../../src/global-id.ts";
import { builder } from "../builder.ts";
import { viewerOfVideo, viewerWith } from "../context.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";
import { Video, VideoConnection } from "./video.ts";
import { VideoFilter, videoWhere } from "./video-filter.ts";

builder.queryField("video", (t) =>
  t.prismaField({
    type: Video,
    nullable: true,
    description: "The video with this id; null when there is none in this workspace.",
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
    description: "The video that has this id elsewhere; null when there is none in this workspace.",
    args: { externalId: t.arg.string({ required: true, description: "As it was given to `createVideo`." }) },
    resolve: async (query, _root, { externalId }, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      if (externalId.includes("\0")) return null;
      const where = { workspaceId_externalId: { workspaceId, externalId } };
      return ctx.db.video.findUnique({ ...query, where });
    },
  }),
);

const VideoOrderField = builder.enumType("VideoOrderField", {
  description: "What videos are ordered by.",
  values: {
    CREATED_AT: { description: "When they were created.", value: "createdAt" },
    UPDATED_AT: { description: "When their own fields last changed.", value: "updatedAt" },
    TITLE: { description: "Their titles, as the database collates them.", value: "title" },
  } as const,
});

export const OrderDirection = builder.enumType("OrderDirection", {
  description: "Which end of an order comes first.",
  values: {
    ASC: { description: "Oldest, or A, first.", value: "asc" },
    DESC: { description: "Newest, or Z, first.", value: "desc" },
  } as const,
});

const VideoOrder = builder.inputType("VideoOrder", {
  description: "An order of videos.",
  fields: (t) => ({
    field: t.field({ type: VideoOrderField, required: true, description: "What to order by." }),
    direction: t.field({
      type: OrderDirection,
      defaultValue: "desc",
      required: true,
      description: "Which end comes first.",
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

/** The default order of `videos`; its cursors are good wherever this order is used. */
export const newestVideos = videoOrder("createdAt", "desc");

builder.queryField("videos", (t) =>
  t.connection(
    {
      type: Video,
      description: "The workspace's videos, newest first. At most 100 on a page.",
      args: {
        filter: t.arg({ type: VideoFilter, description: "Which ones; all by default." }),
        orderBy: t.arg({
          type: VideoOrder,
          required: true,
          defaultValue: { field: "createdAt", direction: "desc" },
          description: "In which order; a cursor is good for the order that it came from.",
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
    VideoConnection,
  ),
);
