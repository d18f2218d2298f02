import { queryFromInfo } from "@pothos/plugin-prisma";
import type { GraphQLResolveInfo } from "graphql";
import type { Context } from "./context.ts";
import { type Order, type Page, type PageArgs, planPage, toConnection } from "./paging.ts";

interface Query extends Pick<Page, "where" | "orderBy" | "take"> {
  /** What the request selects of a row, and what its cursor is made of. */
  select: { id: true };
}

/** One page of a list of rows: `find` gets what to ask of Prisma, `count` is asked where the request wants the total. */
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
