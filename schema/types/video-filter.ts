import type { Prisma } from "../../prisma/generated/client.ts";
import { InvalidInputError } from "../../src/errors/index.ts";
import { boundedList, MAX_LIST_VALUES } from "../../src/inputs/index.ts";
import { findByMetadata, normalizeTag } from "../../src/videos/index.ts";
import { builder } from "../builder.ts";
import type { Context } from "../context.ts";
import { VideoStatus } from "./enums.ts";

/** Titles have at most as many characters. */
const MAX_SEARCH_LENGTH = 500;

const TagFilter = builder.inputType("TagFilter", {
  description: "Condition on tags. With both fields, both apply.",
  fields: (t) => ({
    all: t.stringList({ description: `All of these tags, at most ${MAX_LIST_VALUES}.` }),
    any: t.stringList({ description: `At least one of these tags, at most ${MAX_LIST_VALUES}.` }),
  }),
});

export const VideoFilter = builder.inputType("VideoFilter", {
  description: "Selects videos that match all conditions.",
  fields: (t) => ({
    status: t.field({
      type: [VideoStatus],
      description: "With one of these statuses. A single value is allowed.",
    }),
    search: t.string({
      description: `Title or external id contains this text, ignoring case. At most ${MAX_SEARCH_LENGTH} characters.`,
    }),
    externalIds: t.stringList({ description: `With one of these external ids, at most ${MAX_LIST_VALUES}.` }),
    tags: t.field({ type: TagFilter, description: "With these tags." }),
    metadata: t.field({
      type: "JSON",
      description:
        'Metadata contains this object: `{ author: { name: "Ada" } }` matches videos of that author, regardless of other fields. More than 10,000 matches are an error (`FILTER_TOO_WIDE`).',
    }),
    createdFrom: t.field({ type: "DateTime", description: "Created at this moment or later." }),
    createdBefore: t.field({ type: "DateTime", description: "Created before this moment." }),
  }),
});

type Filter = typeof VideoFilter.$inferInput;

/** A pattern without wildcards: `%` and `_` are escaped. Throws `InvalidInputError` (`SEARCH_TOO_LONG`). */
function literal(text: string): string {
  if (text.length <= MAX_SEARCH_LENGTH) return text.replaceAll("\0", "").replace(/[\\%_]/g, "\\$&");
  throw new InvalidInputError(
    "SEARCH_TOO_LONG",
    "filter.search",
    `filter.search: has ${text.length} characters, and at most ${MAX_SEARCH_LENGTH} are allowed. Search for a shorter part of the title.`,
  );
}

/** PostgreSQL cannot store NUL, so such values match nothing. */
const storable = (values: readonly string[]) => values.filter((value) => !value.includes("\0"));

/** Postgres has no year 0. */
const earliest = new Date("0001-01-01T00:00:00Z");
const atLeastEarliest = (time: Date) => (time < earliest ? earliest : time);

/** No video has an empty tag, so it stands for one that PostgreSQL cannot store. */
const tagList = (field: string, tags: readonly string[]) =>
  boundedList(field, tags).map((tag) => (tag.includes("\0") ? "" : normalizeTag(tag)));

/** The conditions of a filter, without the workspace; an empty object for a filter without conditions. */
function conditionsOf(filter: Filter): Prisma.VideoWhereInput {
  const { status, search, externalIds, tags, createdFrom, createdBefore } = filter;
  const contains = search ? { contains: literal(search), mode: "insensitive" as const } : undefined;
  return {
    ...(status && { status: { in: boundedList("filter.status", status) } }),
    ...(contains && { OR: [{ title: contains }, { externalId: contains }] }),
    ...(externalIds && { externalId: { in: storable(boundedList("filter.externalIds", externalIds)) } }),
    ...((tags?.all?.length || tags?.any) && {
      AND: [
        ...(tags.all ? [{ tags: { hasEvery: tagList("filter.tags.all", tags.all) } }] : []),
        ...(tags.any ? [{ tags: { hasSome: tagList("filter.tags.any", tags.any) } }] : []),
      ],
    }),
    ...((createdFrom || createdBefore) && {
      createdAt: {
        ...(createdFrom && { gte: atLeastEarliest(createdFrom) }),
        ...(createdBefore && { lt: atLeastEarliest(createdBefore) }),
      },
    }),
  };
}

/**
 * The workspace's videos that match. Throws `InvalidInputError` (`SEARCH_TOO_LONG`, `LIST_TOO_LONG`,
 * `METADATA_INVALID`, `FILTER_TOO_WIDE`).
 */
export async function videoWhere(
  db: Context["db"],
  workspaceId: string,
  filter: Filter | null | undefined,
): Promise<Prisma.VideoWhereInput> {
  const where = { ...conditionsOf(filter ?? {}), workspaceId };
  if (filter?.metadata == null) return where;
  return { ...where, id: { in: await findByMetadata(db, workspaceId, filter.metadata) } };
}

/** Whether a filter matches every video of the workspace. */
export const isUnconditional = (filter: Filter): boolean =>
  Object.keys({ ...conditionsOf(filter), ...Object(filter.metadata) }).length === 0;
