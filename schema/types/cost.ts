import { type Cost, readCosts } from "../../src/costs/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { Money } from "./money.ts";

export const CostType = builder.objectRef<Cost>("Cost").implement({
  description:
    "What work cost, by the prices when it started. What runs counts with the time since its start; its processor time, objects and egress follow at its end.",
  fields: (t) => {
    const amount = (key: keyof Omit<Cost, "isFinal">, description: string) =>
      t.field({ type: Money, description, resolve: (cost) => ({ micros: cost[key] }) });
    return {
      total: amount("totalMicros", "All of it."),
      compute: amount("computeMicros", "Machines: time of slots, and energy."),
      objects: amount("objectsMicros", "Objects that were stored."),
      egress: amount("egressMicros", "Bytes that machines elsewhere read from the store."),
      idle: amount(
        "idleMicros",
        "Rented machines before, between and after tasks, and least billed times, by the time of each attempt. Known when the machine has ended.",
      ),
      overhead: amount(
        "overheadMicros",
        "The part of `total` that brought no result: failed, lost, interrupted and canceled attempts, and `idle`.",
      ),
      isFinal: t.exposeBoolean("isFinal", {
        description: "Whether nothing of it runs any more, nor a rented machine that did it.",
      }),
    };
  },
});

const costsOf = (of: "attempt" | "job" | "video") =>
  createBatch((ctx, ids) => readCosts(ctx.db, { of, ids }, ctx.clock()));

export const attemptCosts = costsOf("attempt");
export const jobCosts = costsOf("job");
export const videoCosts = costsOf("video");
