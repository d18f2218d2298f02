import { z } from "zod";
import { keyVariable, providerAddress, timeoutSeconds } from "../../provider-settings.ts";

const some = z.array(z.string().min(1).max(100)).min(1).max(10);

export const Settings = z
  .strictObject({
    /** Image of the worker. */
    image: z.string().min(1).max(1_000),
    /** IDs of GPU types, e.g. `NVIDIA L4`, in the order in which they are tried. */
    gpuTypes: some.optional(),
    gpuCount: z.int().min(1).max(16).default(1),
    /** IDs of CPU flavors, e.g. `cpu5c`, in the order in which they are tried. */
    cpuFlavors: some.optional(),
    /** vCPUs of a machine without a GPU: a power of two. */
    vcpus: z
      .int()
      .refine((count) => [2, 4, 8, 16, 32].includes(count), "give 2, 4, 8, 16 or 32")
      .default(4),
    cloud: z.enum(["SECURE", "COMMUNITY"]).default("SECURE"),
    /** IDs of data centers, e.g. `EU-RO-1`. Default: any. */
    dataCenters: some.optional(),
    /** Disk for the files that the worker writes. */
    diskGb: z.int().min(5).max(10_000).default(20),
    /** ID of the credential for a private registry. */
    registry: z.string().min(1).max(200).optional(),
    keyVariable: keyVariable.default("RUNPOD_API_KEY"),
    endpoint: providerAddress.default("https://api.runpod.io"),
    timeoutSeconds,
  })
  .refine(
    ({ gpuTypes, cpuFlavors }) => (gpuTypes === undefined) !== (cpuFlavors === undefined),
    "give either gpuTypes or cpuFlavors",
  );

export type Settings = z.infer<typeof Settings>;
