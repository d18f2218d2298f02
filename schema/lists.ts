/** Relay connections over rows of the database. */
import type { ObjectRef } from "@pothos/core";
import { queryFromInfo } from "@pothos/plugin-prisma";
import type { GraphQLResolveInfo } from "graphql";
import type { ApiKeyScope } from "../prisma/generated/enums.ts";
import { builder } from "./builder.ts";
import { type Context, viewerWith } from "./context.ts";
import { type Order, type Page, type PageArgs, planPage, toConnection } from "./paging.ts";

type Entry<Row> = ObjectRef<typeof builder.$inferSchemaTypes, Row>;

/** The page and edge types of a list. `one` and `many` name its entries: "An API key", "API keys". */
export const connectionOf = <Row extends object>(type: Entry<Row>, one: string, many: string) =>
  builder.connectionObject(
    { type, name: `${type.name}Connection`, description: `A page of a list of ${many}.` },
    { name: `${type.name}Edge`, description: `${one} and its position in a list.` },
  );

interface PageQuery extends Pick<Page, "where" | "orderBy" | "take"> {
  /** The selected columns and those that its cursor needs. */
  select: { id: true };
}

/**
 * Reads one page of rows. `find` receives the arguments for Prisma. `count` runs only if the total is
 * selected.
 */
export async function readPage<Row extends { id: string }>(
  { args, ctx, info, typeName, order }: PageRequest,
  find: (query: PageQuery) => PromiseLike<Row[]>,
  count: () => Promise<number>,
) {
  const page = planPage(args, order);
  const { where, orderBy, take } = page;
  const { select }: { select: { id: true } } = queryFromInfo({
    context: ctx,
    info,
    typeName,
    paths: [["edges", "node"], ["nodes"]],
    select: { id: true, [order.column]: true },
  });
  return toConnection(page, await find({ select, where, orderBy, take }), count);
}

interface PageRequest {
  args: PageArgs;
  ctx: Context;
  info: GraphQLResolveInfo;
  typeName: string;
  order: Order;
}

interface RootList<Row> {
  type: Entry<Row>;
  /** Names an entry in descriptions, e.g. "An API key". */
  one: string;
  many: string;
  description: string;
  scope: ApiKeyScope;
  /** Prisma's model, which reads and counts the rows. */
  model: (db: Context["db"]) => {
    findMany: (query: PageQuery) => PromiseLike<(Row & { id: string })[]>;
    count: (query: { where: object }) => Promise<number>;
  };
  /** Which rows the viewer sees. Default: those of its workspace. */
  where?: object;
  /** Default: newest first. */
  order?: Partial<Order>;
}

/** Adds a list of rows to the root type. */
export function addList<Row extends object>(name: string, list: RootList<Row>): void {
  const { type, one, many, description, scope, model } = list;
  const order: Order = { by: name, column: "createdAt", type: "date", direction: "desc", ...list.order };
  const requires = scope === "READ" ? "" : ` Requires the scope ${scope}.`;
  builder.queryField(name, (t) =>
    t.connection(
      {
        type,
        description: `${description}${requires} At most 100 per page.`,
        resolve: async (_root, args, ctx, info) => {
          const { workspaceId } = viewerWith(ctx, scope);
          const where = list.where ?? { workspaceId };
          return await readPage<Row & { id: string }>(
            { args, ctx, info, typeName: type.name, order },
            (query) => model(ctx.db).findMany({ ...query, where: { AND: [where, query.where] } }),
            () => model(ctx.db).count({ where }),
          );
        },
      },
      connectionOf(type, one, many),
    ),
  );
}

/** Both selection paths of a nested list's entries, for `nestedSelection` of Pothos. */
export const entriesOf = (type: { name: string }) =>
  ({
    getType: () => type.name,
    paths: [[{ name: "edges" }, { name: "node" }], [{ name: "nodes" }]],
    // The public type accepts one path, the implementation several.
  }) as never;
