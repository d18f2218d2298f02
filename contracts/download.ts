import { z } from "zod";

/** A file of a whole video, to keep: a progressive MP4 that begins to play before all of it is there. */
export const Download = z.object({
  /** Of the object in the store. */
  key: z.string(),
  /** The variant whose picture it has. */
  variant: z.string(),
  sizeBytes: z.int().nonnegative(),
});
export type Download = z.infer<typeof Download>;
