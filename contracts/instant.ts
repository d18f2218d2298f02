import { z } from "zod";

/** Name of the variant that is the source itself, remuxed: in addition to the profile's rungs, which must not be called so. */
export const sourceVariantName = "source";

/** One way in which a source is not what players take as it is. */
export const NonStandardReason = z.object({
  /** Stable, e.g. `KEY_FRAMES`. */
  code: z.string().regex(/^[A-Z0-9_]+$/),
  /** A sentence: what it is, what was expected, what came. */
  message: z.string(),
});
export type NonStandardReason = z.infer<typeof NonStandardReason>;
