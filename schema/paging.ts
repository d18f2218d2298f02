/**
 * Keyset paging for Relay connections, as pure functions: the query for a page, and the page from its rows.
 */
import { InvalidInputError } from "../src/errors/index.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, UUID_PATTERN } from "../src/inputs/index.ts";

export interface PageArgs {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/**
 * A total order: one column, then the id. Cursors contain `by`, so that a cursor of another order is
 * rejected.
 */
export interface Order {
  by: string;
  column: string;
  type: "date" | "number" | "text";
  /** Format of ids. Default `uuid`. */
  id?: "name";
  direction: "asc" | "desc";
  /** For a numeric column that is unique and has its own cursor format. */
  cursors?: { encode: (row: never) => string; decode: (cursor: string) => bigint | undefined };
}

export interface Page {
  order: Order;
  isBackward: boolean;
  size: number;
  args: PageArgs;
  /** `where`, `orderBy` and `take` for Prisma. One extra row shows whether more follow. */
  where: object;
  orderBy: object[];
  take: number;
}

type Position = { value: Date | string | number | bigint; id: string };

/** Within 32 bits. */
const INTEGER_PATTERN = /^\d{1,9}$/;

/** Four-digit years without year 0, which Postgres lacks. */
const DATE_PATTERN = /^(?!0000)\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** The id if Postgres accepts it, else null; anything else would fail in the query. */
function idIn(order: Order, id: string): string | null {
  if (order.id === "name") return id.includes("\0") ? null : id;
  return UUID_PATTERN.test(id) ? id : null;
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
    `${argument}: ${JSON.stringify(cursor.slice(0, 80))} is not a cursor of this list in this order. Use a \`cursor\`, \`startCursor\` or \`endCursor\` from an earlier page, or omit \`${argument}\`.`,
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
    if (order.type === "number") return INTEGER_PATTERN.test(text) ? { value: Number(text), id } : null;
    const value = new Date(text);
    return DATE_PATTERN.test(text) && !Number.isNaN(value.getTime()) ? { value, id } : null;
  } catch {
    return null;
  }
}

function pageSize(argument: "first" | "last", size: number): number {
  if (size >= 0 && size <= MAX_PAGE_SIZE) return size;
  throw new InvalidInputError(
    "PAGE_SIZE_INVALID",
    argument,
    `${argument}: a page has 0 to ${MAX_PAGE_SIZE} entries, not ${size}. Request at most ${MAX_PAGE_SIZE} and continue with \`${argument === "first" ? "after: endCursor" : "before: startCursor"}\`.`,
  );
}

/** Rows strictly beyond a position. The first condition is redundant, but lets Postgres use the index. */
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
      "Pass `first` (with `after`) or `last` (with `before`), not both.",
    );
  }
  const isBackward = args.last != null || (args.first == null && args.before != null);
  const size = isBackward
    ? pageSize("last", args.last ?? DEFAULT_PAGE_SIZE)
    : pageSize("first", args.first ?? DEFAULT_PAGE_SIZE);
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

/** Builds the page from the rows of `planPage`'s query. */
export function toConnection<Row extends object>(
  page: Page,
  rows: readonly Row[],
  totalCount: () => Promise<number>,
) {
  const hasMore = rows.length > page.size;
  const kept = rows.slice(0, page.size);
  if (page.isBackward) kept.reverse();
  // Computed lazily: most queries select only `endCursor`.
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
