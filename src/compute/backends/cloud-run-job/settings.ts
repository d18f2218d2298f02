import { z } from "zod";
import { cloudRunFields } from "../../google/index.ts";

/** A job with a GPU runs one hour at most. */
export const Settings = z.strictObject(cloudRunFields);

export type Settings = z.infer<typeof Settings>;
