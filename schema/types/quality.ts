import { Quality } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { QualityMetric } from "./enums.ts";

/** Null if not measured. */
export const qualityOf = ({ quality }: { quality: unknown }): Quality | null =>
  Quality.safeParse(quality).data ?? null;

export const VariantQuality = builder.objectRef<Quality>("VariantQuality").implement({
  description:
    "Similarity of a variant to the source, measured on samples from the whole video at the source's size (1080p at most).",
  fields: (t) => ({
    metric: t.expose("metric", { type: QualityMetric, description: "The metric of the values." }),
    mean: t.exposeFloat("mean", { description: "Mean over all compared frames." }),
    min: t.exposeFloat("min", {
      description: "5th percentile: the worst that viewers see for more than a moment.",
    }),
    samples: t.exposeInt("samples", { description: "Number of compared frames." }),
  }),
});
