import { readSpend, type Spend } from "../../src/costs/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import type { Context } from "../context.ts";
import { Money } from "./money.ts";

export const SpendType = builder.objectRef<Spend>("Spend").implement({
  description: "What a workspace spent, by UTC.",
  fields: (t) => {
    const amount = (key: keyof Spend, description: string) =>
      t.field({ type: Money, description, resolve: (spend) => ({ micros: spend[key] }) });
    return {
      hour: amount("hourMicros", "Since the full hour."),
      day: amount("dayMicros", "Since midnight."),
      month: amount("monthMicros", "Since the first of the month."),
      all: amount("allMicros", "Since there are prices."),
    };
  },
});

const spends = createBatch((ctx, ids) => readSpend(ctx.db, ids, ctx.clock()));

export const spendOf = async (ctx: Context, id: string): Promise<Spend> =>
  (await spends(ctx, id)) ?? { hourMicros: 0, dayMicros: 0, monthMicros: 0, allMicros: 0 };
