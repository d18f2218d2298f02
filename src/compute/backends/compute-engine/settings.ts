import { z } from "zod";
import { settings } from "../../google/index.ts";

const { common, machineType, zone } = settings;

export const Settings = z.strictObject({
  ...common,
  zone,
  machineType: machineType.default("n2-standard-4"),
  /** Spot machines cost less, and may be taken away. */
  spot: z.boolean().default(false),
  /** Type and number of the GPUs. Machine types with GPUs of their own, such as g2, need the number only. */
  gpu: z
    .strictObject({
      type: z
        .string()
        .regex(/^nvidia-[a-z0-9-]{1,60}$/)
        .optional(),
      count: z.int().min(1).max(16),
    })
    .optional(),
  /** Image of the system: one of Container-Optimized OS. */
  system: z.string().min(1).max(300).default("projects/cos-cloud/global/images/family/cos-stable"),
  /** Size of the boot disk, on which the worker writes, in GiB. */
  diskGib: z.int().min(10).max(10_000).default(50),
  network: z.string().min(1).max(300).default("global/networks/default"),
  /** Default: that of the network in the zone's region. */
  subnetwork: z.string().min(1).max(300).optional(),
  /** Whether the machine has an address of its own. Without one, the network needs Cloud NAT. */
  externalAddress: z.boolean().default(true),
});

export type Settings = z.infer<typeof Settings>;
