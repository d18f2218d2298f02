import { z } from "zod";
import { settings } from "../../google/index.ts";

const { common, machineType, region } = settings;

export const Settings = z.strictObject({
  ...common,
  region,
  machineType: machineType.default("n1-standard-4"),
  /** Type of the GPUs as Vertex AI names it, e.g. `NVIDIA_L4`, and their number. */
  gpu: z
    .strictObject({ type: z.string().regex(/^NVIDIA_[A-Z0-9_]{1,60}$/), count: z.int().min(1).max(16) })
    .optional(),
  /** Spot machines cost less, and may be taken away. */
  spot: z.boolean().default(false),
  /** Size of the boot disk, on which the worker writes, in GiB. */
  diskGib: z.int().min(100).max(64_000).default(100),
  /** Network to which the job is peered: `projects/NUMBER/global/networks/NAME`. Default: the internet. */
  network: z.string().min(1).max(300).optional(),
});

export type Settings = z.infer<typeof Settings>;
