/** Relay paging by keyset, decided purely: what to ask of the database, and how its rows become a page. */
import { InvalidInputError } from "../src/errors.ts";
import { uuidPattern } from "../src/global-id.ts";
import { defaultPageSize, maxPageSize } from "../src/page-size.ts";

export interface PageArgs {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** A total order: by one column, then by id. `by` names it in cursors, so that a cursor of another order is refused. */
export interface Order {
  by: string;
  column: string;
  type: "date" | "text";
  /** What ids look like; `uuid` by default. */
  id?: "name";
  direction: "asc" | "desc";
  /** The column is a number that is an order by itself, and has cursors of its own. */
  cursors?: { encode: (row: never) => string; decode: (cursor: string) => bigint | undefined };
}

export interface Page {
  order: Order;
  isBackward: boolean;
  size: number;
  args: PageArgs;
  /** Prisma's `where`, `orderBy` and `take`; one row more than the page tells whether there are more. */
  where: object;
  orderBy: object[];
  take: number;
}

type Position = { value: Date | string | bigint; id: string };

/** Four digits and no year 0, which Postgres does not have. */
const datePattern = /^(?!0000)\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** What Postgres takes for an id, or null: anything else would be an error further in. */
function idIn(order: Order, id: string): string | null {
  if (order.id === "name") return id.includes("\0") ? null : id;
  return uuidPattern.test(id) ? id : null;
}

export function encodeCursor(order: Order, row: Record<string, unknown>): string {
  if (order.cursors) return order.cursors.encode(row as never);
  const value = row[order.column];
  const text = value instanceof Date ? value.toISOString() : value;
  return Buffer.from(JSON.stringify([order.by, String(text), String(row["id"])])).toString("base64url");
}

function parseCursor(order: Order, argument: string, cursor: string): Position {
  const own = order.cursors?.decode(cursor);
  if (own !== undefined) return { value: own, id: "" };
  const position = order.cursors ? null : positionIn(order, cursor);
  if (position) return position;
  throw new InvalidInputError(
    "CURSOR_INVALID",
    argument,
    `${argument}: ${JSON.stringify(cursor.slice(0, 80))} is not a cursor of this list in this order. Use a \`cursor\`, \`startCursor\` or \`endCursor\` that it gave, or leave \`${argument}\` out to begin at its end.`,
  );
}

function positionIn(order: Order, cursor: string): Position | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(parts) || parts.length !== 3) return null;
    const [by, text, idText] = parts as unknown[];
    if (by !== order.by || typeof text !== "string" || typeof idText !== "string") return null;
    const id = idIn(order, idText);
    if (id === null || text.includes("\0")) return null;
    if (order.type === "text") return { value: text, id };
    const value = new Date(text);
    return datePattern.test(text) && !Number.isNaN(value.getTime()) ? { value, id } : null;
  } catch {
    return null;
  }
}

function pageSize(argument: "first" | "last", size: number): number {
  if (size >= 0 && size <= maxPageSize) return size;
  throw new InvalidInputError(
    "PAGE_SIZE_INVALID",
    argument,
    `${argument}: a page holds 0 to ${maxPageSize} entries, not ${size}. Ask for ${maxPageSize} at most and go on with \`${argument === "first" ? "after: endCursor" : "before: startCursor"}\`.`,
  );
}

/** Rows strictly beyond a position. The first condition says nothing new, but lets Postgres walk the index from there. */
function beyond(order: Order, { value, id }: Position, operator: "lt" | "gt"): object {
  if (order.column === "id") return { id: { [operator]: id } };
  if (order.cursors) return { [order.column]: { [operator]: value } };
  return {
    [order.column]: { [`${operator}e`]: value },
    OR: [{ [order.column]: { [operator]: value } }, { [order.column]: value, id: { [operator]: id } }],
  };
}

const isAlone = (order: Order): boolean => order.column === "id" || order.cursors !== undefined;

/** Throws `InvalidInputError` (`PAGE_SIZE_INVALID`, `CURSOR_INVALID`). */
export function planPage(args: PageArgs, order: Order): Page {
  if (args.first != null && args.last != null) {
    throw new InvalidInputError(
      "PAGE_SIZE_INVALID",
      "last",
      "Give `first` (with `after`) or `last` (with `before`), not both.",
    );
  }
  const isBackward = args.last != null || (args.first == null && args.before != null);
  const size = isBackward
    ? pageSize("last", args.last ?? defaultPageSize)
    : pageSize("first", args.first ?? defaultPageSize);
  const [onwards, backwards] = order.direction === "asc" ? (["gt", "lt"] as const) : (["lt", "gt"] as const);
  const bounds: object[] = [];
  if (args.after != null) bounds.push(beyond(order, parseCursor(order, "after", args.after), onwards));
  if (args.before != null) bounds.push(beyond(order, parseCursor(order, "before", args.before), backwards));
  const direction = isBackward ? (order.direction === "asc" ? "desc" : "asc") : order.direction;
  return {
    order,
    isBackward,
    size,
    args,
    where: bounds.length === 0 ? {} : { AND: bounds },
    orderBy: isAlone(order)
      ? [{ [order.column]: direction }]
      : [{ [order.column]: direction }, { id: direction }],
    take: size + 1,
  };
}

/** The page made of the rows that `planPage` asked for. */
export function toConnection<Row extends object>(
  page: Page,
  rows: readonly Row[],
  totalCount: () => Promise<number>,
) {
  const hasMore = rows.length > page.size;
  const kept = rows.slice(0, page.size);
  if (page.isBackward) kept.reverse();
  // Made when they are asked for: most lists select `endCursor` alone.
  const cursorOf = (row: Row) => encodeCursor(page.order, row as Record<string, unknown>);
  const edges = kept.map((node) => ({
    node,
    get cursor() {
      return cursorOf(node);
    },
  }));
  return {
    edges,
    totalCount,
    pageInfo: {
      hasNextPage: page.isBackward ? page.args.before != null : hasMore,
      hasPreviousPage: page.isBackward ? hasMore : page.args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
