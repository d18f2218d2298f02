import { z } from "zod";

/** Name of the variant that copies the source, in addition to the profile's rungs. No rung may use it. */
export const SOURCE_VARIANT_NAME = "source";

/** One reason why players cannot play a source as it is. */
export const NonStandardReason = z.object({
  /** Stable, e.g. `KEY_FRAMES`. */
  code: z.string().regex(/^[A-Z0-9_]+$/),
  /** Describes what was found and what was expected. */
  message: z.string(),
});
export type NonStandardReason = z.infer<typeof NonStandardReason>;
