import { z } from "zod";
import { settings } from "../../google/index.ts";

const { common, machineType, region, zone } = settings;

export const Settings = z.strictObject({
  ...common,
  region,
  /** Zones of the region. Default: any. */
  zones: z.array(zone).max(10).default([]),
  machineType: machineType.default("n2-standard-4"),
  /** Spot machines cost less, and may be taken away. */
  spot: z.boolean().default(false),
  /** Type and number of the GPUs. Types of machines with GPUs of their own, such as g2, need none here. */
  gpu: z
    .strictObject({ type: z.string().regex(/^nvidia-[a-z0-9-]{1,60}$/), count: z.int().min(1).max(16) })
    .optional(),
  /** Whether the machine gets NVIDIA's driver. */
  gpuDriver: z.boolean().default(false),
  /** Size of the boot disk, on which the worker writes, in GiB. */
  diskGib: z.int().min(30).max(10_000).default(50),
  /** Network and subnet of the machine, with the subnet's region. Default: the project's own. */
  network: z.string().min(1).max(300).optional(),
  subnetwork: z.string().min(1).max(300).optional(),
});

export type Settings = z.infer<typeof Settings>;
