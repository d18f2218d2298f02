import type { Prisma } from "../../prisma/generated/client.ts";
import { boundedList, maxListValues } from "../../src/bounded-list.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { keyOf } from "../../src/global-id.ts";
import { builder } from "../builder.ts";
import { viewerOfVideo, viewerWith } from "../context.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";
import { VideoStatus } from "./enums.ts";
import { Video, VideoConnection } from "./video.ts";

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

const VideoFilter = builder.inputType("VideoFilter", {
  description: "Which videos: those to which all given conditions apply.",
  fields: (t) => ({
    status: t.field({
      type: [VideoStatus],
      description: "In one of these states; one value may stand alone.",
    }),
    search: t.string({
      description: `Whose title or external id contains this, ignoring case: at most ${maxSearchLength} characters.`,
    }),
    externalIds: t.stringList({ description: `With one of these external ids, at most ${maxListValues}.` }),
    createdFrom: t.field({ type: "DateTime", description: "Created at this moment or later." }),
    createdBefore: t.field({ type: "DateTime", description: "Created before this moment." }),
  }),
});

type Filter = typeof VideoFilter.$inferInput;

/** Titles have at most as many characters. */
const maxSearchLength = 500;

/** A pattern in which `%` and `_` stand for themselves. Throws `InvalidInputError` (`SEARCH_TOO_LONG`). */
function literal(text: string): string {
  if (text.length <= maxSearchLength) return text.replaceAll("\0", "").replace(/[\\%_]/g, "\\$&");
  throw new InvalidInputError(
    "SEARCH_TOO_LONG",
    "filter.search",
    `filter.search: has ${text.length} characters, and at most ${maxSearchLength} are allowed. Search for a shorter part of the title.`,
  );
}

/** PostgreSQL cannot store NUL, so such values match nothing. */
const storable = (values: readonly string[]) => values.filter((value) => !value.includes("\0"));

/** Clients may ask for times that Postgres has no year for. */
const earliest = new Date("0001-01-01T00:00:00Z");
const atLeastEarliest = (time: Date) => (time < earliest ? earliest : time);

function whereOf(filter: Filter | null | undefined): Prisma.VideoWhereInput {
  const { status, search, externalIds, createdFrom, createdBefore } = filter ?? {};
  const contains = search ? { contains: literal(search), mode: "insensitive" as const } : undefined;
  return {
    ...(status && { status: { in: boundedList("filter.status", status) } }),
    ...(contains && { OR: [{ title: contains }, { externalId: contains }] }),
    ...(externalIds && { externalId: { in: storable(boundedList("filter.externalIds", externalIds)) } }),
    createdAt: {
      ...(createdFrom && { gte: atLeastEarliest(createdFrom) }),
      ...(createdBefore && { lt: atLeastEarliest(createdBefore) }),
    },
  };
}

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
        const order: Order = {
          by: `videos.${field}.${direction}`,
          column: field,
          type: field === "title" ? "text" : "date",
          direction,
        };
        const where = { ...whereOf(args.filter), workspaceId };
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
