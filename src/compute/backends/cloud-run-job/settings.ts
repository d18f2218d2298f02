import { z } from "zod";
import { settings } from "../../google/index.ts";

const { common, region } = settings;

export const Settings = z.strictObject({
  ...common,
  region,
  /** vCPUs: 1, 2, 4, 6 or 8; with a GPU more. */
  cpu: z
    .string()
    .regex(/^\d{1,3}$/)
    .default("4"),
  /** Memory. The files that the worker writes are in it. */
  memory: z
    .string()
    .regex(/^\d{1,4}(Mi|Gi)$/, "give e.g. 8Gi")
    .default("8Gi"),
  /** Type of the GPU, e.g. `nvidia-l4`. A job with a GPU runs one hour at most. */
  gpu: z
    .string()
    .regex(/^nvidia-[a-z0-9-]{1,60}$/)
    .optional(),
  /** Network through which the worker sends, with the subnet. Default: the internet. */
  network: z.string().min(1).max(300).optional(),
  subnetwork: z.string().min(1).max(300).optional(),
});

export type Settings = z.infer<typeof Settings>;
