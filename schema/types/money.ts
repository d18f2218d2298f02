import { builder } from "../builder.ts";

/** An amount in micro-USD. */
export const Money = builder.objectRef<{ micros: number }>("Money").implement({
  description: "An amount of money.",
  fields: (t) => ({
    micros: t.expose("micros", {
      type: "SafeInt",
      description: "Millionths of the currency's unit: 1500000 is $1.50.",
    }),
    currency: t.string({ description: "ISO 4217. Always `USD`.", resolve: () => "USD" }),
  }),
});
