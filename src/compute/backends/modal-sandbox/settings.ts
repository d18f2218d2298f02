import { z } from "zod";
import { modalSettings, objectName } from "../../modal/index.ts";

export const Settings = z.strictObject({
  /** Image of the worker. */
  image: z.string().regex(/^\S{1,1000}$/, "give the name of an image"),
  /** Physical cores, of two vCPUs each. */
  cores: z.number().min(0.125).max(64).default(2),
  memoryMiB: z.int().min(128).max(344_064).default(4_096),
  /** GPU type, e.g. `L4`, and how many: `L4:2`. */
  gpu: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,40}(:[1-8])?$/, "give a type, e.g. `L4`")
    .optional(),
  /** Regions in which it may run. They cost more than any region. */
  regions: z.array(z.string().min(1).max(100)).min(1).max(20).optional(),
  /** Name of the Modal secret with the credentials of a private registry. */
  registrySecret: objectName.optional(),
  ...modalSettings,
});

export type Settings = z.infer<typeof Settings>;
