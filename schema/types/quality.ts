import { Quality } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { QualityMetric } from "./enums.ts";

/** Null while it was not measured. */
export const qualityOf = ({ quality }: { quality: unknown }): Quality | null =>
  Quality.safeParse(quality).data ?? null;

export const VariantQuality = builder.objectRef<Quality>("VariantQuality").implement({
  description:
    "How alike a variant's pictures are to the source's, on a few pictures from all over it, both at the source's size (1080p at most).",
  fields: (t) => ({
    metric: t.expose("metric", { type: QualityMetric, description: "What the figures are." }),
    mean: t.exposeFloat("mean", { description: "Of all pictures that were compared." }),
    min: t.exposeFloat("min", {
      description: "The 5th percentile: the worst of what is seen for more than a moment.",
    }),
    samples: t.exposeInt("samples", { description: "Pictures that were compared." }),
  }),
});
