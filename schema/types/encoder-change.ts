import { EncoderChange } from "@reelay/contracts";
import { z } from "zod";
import { builder } from "../builder.ts";

export const encoderChangesOf = ({ encoderChanges }: { encoderChanges: unknown }): EncoderChange[] =>
  z.array(EncoderChange).safeParse(encoderChanges).data ?? [];

export const EncoderChangeType = builder.objectRef<EncoderChange>("EncoderChange").implement({
  description: "An encoder or decoder that failed during an attempt, and its replacement.",
  fields: (t) => ({
    from: t.exposeString("from", { description: "What failed, e.g. `h264_nvenc on NVIDIA L4`." }),
    to: t.exposeString("to", { description: "The replacement, e.g. `libx264`." }),
    reason: t.exposeString("reason", { description: "One line of the failed one's log." }),
    variantNames: t.exposeStringList("variants", {
      description: "Variants that were restarted from their beginning.",
    }),
    at: t.field({ type: "DateTime", description: "When.", resolve: ({ at }) => new Date(at) }),
  }),
});
