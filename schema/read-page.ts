import { queryFromInfo } from "@pothos/plugin-prisma";
import type { GraphQLResolveInfo } from "graphql";
import type { Context } from "./context.ts";
import { type Order, type Page, type PageArgs, planPage, toConnection } from "./paging.ts";

interface Query extends Pick<Page, "where" | "orderBy" | "take"> {
  /** The selected columns and those that its cursor needs. */
  select: { id: true };
}

/**
 * Reads one page of rows. `find` receives the arguments for Prisma. `count` runs only if the total is
 * selected.
 */
export async function readPage<Row extends { id: string }>(
  { args, ctx, info, typeName, order }: PageRequest,
  find: (query: Query) => Promise<Row[]>,
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
