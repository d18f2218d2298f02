import { type ComputeOffer, isStale, toMicros } from "../../src/prices/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { Pool } from "./enums.ts";
import { Money } from "./money.ts";

const SECONDS_PER_HOUR = 3_600;

export const ComputeOfferType = builder.objectRef<ComputeOffer>("ComputeOffer").implement({
  description: "A kind of machine that runs workers, with its prices, from the file `COMPUTE_OFFERS`.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name in the file; `local` without one." }),
    provider: t.exposeString("provider", { description: "Whose machine it is, e.g. `google-cloud`." }),
    machineClass: t.exposeString("class", { description: "Name in the provider's price file." }),
    pool: t.expose("pool", { type: Pool, description: "Kind of tasks that it runs." }),
    isSpot: t.exposeBoolean("isSpot", { description: "Whether the provider may take it back at any time." }),
    slots: t.exposeInt("slots", { description: "Tasks that one machine runs at the same time." }),
    slotHour: t.field({
      type: Money,
      description: "Price of an hour of one slot, without processor time that is charged by use.",
      resolve: ({ rate }) => ({ micros: toMicros(rate.slotSecond, SECONDS_PER_HOUR * 1_000) }),
    }),
    cpuHour: t.field({
      type: Money,
      description: "Price of an hour of processor time: the energy of an own machine.",
      resolve: ({ rate }) => ({ micros: toMicros(rate.cpuSecond, SECONDS_PER_HOUR * 1_000) }),
    }),
    start: t.field({
      type: Money,
      description: "Price of starting a machine.",
      resolve: ({ startMicros }) => ({ micros: startMicros }),
    }),
    startSeconds: t.exposeFloat("startSeconds", {
      description: "Usual time until a started machine takes its first task.",
    }),
    pricesOf: t.string({
      description: "Date of the prices, e.g. `2026-10-08`.",
      resolve: ({ prices }) => prices.retrievedAt,
    }),
    arePricesStale: t.boolean({
      description: "Whether the prices are older than 90 days and may have changed.",
      resolve: ({ prices }, _args, ctx) => isStale(prices, ctx.clock()),
    }),
  }),
});

builder.queryField("computeOffers", (t) =>
  t.field({
    type: [ComputeOfferType],
    description: "The kinds of machines of this installation, in the order of its file.",
    resolve: (_root, _args, ctx) => {
      viewerWith(ctx, "READ");
      return [...ctx.operations.offers.offers];
    },
  }),
);
