import type { Prisma } from "../../prisma/generated/client.ts";
import { boundedList, maxListValues } from "../../src/bounded-list.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { builder } from "../builder.ts";
import { VideoStatus } from "./enums.ts";

/** Titles have at most as many characters. */
const maxSearchLength = 500;

export const VideoFilter = builder.inputType("VideoFilter", {
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

/** Throws `InvalidInputError` (`SEARCH_TOO_LONG`, `LIST_TOO_LONG`). */
export function videoWhere(filter: Filter | null | undefined): Prisma.VideoWhereInput {
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
