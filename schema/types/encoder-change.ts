import { EncoderChange } from "@reelay/contracts";
import { z } from "zod";
import { builder } from "../builder.ts";

export const encoderChangesOf = ({ encoderChanges }: { encoderChanges: unknown }): EncoderChange[] =>
  z.array(EncoderChange).safeParse(encoderChanges).data ?? [];

export const EncoderChangeType = builder.objectRef<EncoderChange>("EncoderChange").implement({
  description:
    "An encoder or decoder that failed while it worked, and what took its place in the same attempt.",
  fields: (t) => ({
    from: t.exposeString("from", { description: "What failed, e.g. `h264_nvenc on NVIDIA L4`." }),
    to: t.exposeString("to", { description: "What took its place, e.g. `libx264`." }),
    reason: t.exposeString("reason", { description: "What the failed one said." }),
    variantNames: t.exposeStringList("variants", {
      description: "The variants that were made again from their beginning.",
    }),
    at: t.field({ type: "DateTime", description: "When.", resolve: ({ at }) => new Date(at) }),
  }),
});
