/** What the back ends on Cloud Run share: a worker's container, where it runs, and late refusals. */
import { z } from "zod";
import type { LaunchOrder } from "../compute-backend.ts";
import { LaunchError } from "../launch-error.ts";
import type { GoogleApi } from "./google-api.ts";
import { common, region } from "./settings.ts";

/** How long an accepted resource is watched for a refusal that comes late, such as that of its image. */
const WATCH_SECONDS = 10;

export const cloudRunFields = {
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
  /** Type of the GPU, e.g. `nvidia-l4`. */
  gpu: z
    .string()
    .regex(/^nvidia-[a-z0-9-]{1,60}$/)
    .optional(),
  /** Network through which the worker sends, with the subnet. Default: the internet. */
  network: z.string().min(1).max(300).optional(),
  subnetwork: z.string().min(1).max(300).optional(),
};

const Settings = z.strictObject(cloudRunFields);
export type CloudRunSettings = z.infer<typeof Settings>;

/** The worker's container. Pure. */
export const containerOf = (
  { environment }: Pick<LaunchOrder, "environment">,
  { image, cpu, memory, gpu }: CloudRunSettings,
) => ({
  image,
  env: Object.entries(environment).map(([name, value]) => ({ name, value })),
  resources: { limits: { cpu, memory, ...(gpu !== undefined && { "nvidia.com/gpu": "1" }) } },
});

/** The account, the GPU and the network of a template. Pure. */
export function placeOf({ gpu, serviceAccount, network, subnetwork }: CloudRunSettings): object {
  const isInNetwork = network !== undefined || subnetwork !== undefined;
  return {
    ...(serviceAccount !== undefined && { serviceAccount }),
    ...(gpu !== undefined && { nodeSelector: { accelerator: gpu }, gpuZonalRedundancyDisabled: true }),
    ...(isInNetwork && {
      vpcAccess: {
        egress: "ALL_TRAFFIC",
        networkInterfaces: [
          { ...(network !== undefined && { network }), ...(subnetwork !== undefined && { subnetwork }) },
        ],
      },
    }),
  };
}

export const Operation = z.object({
  name: z.string().default(""),
  done: z.boolean().default(false),
  error: z.unknown().optional(),
});

/**
 * Throws if what was created cannot start, e.g. for lack of its image, and deletes it. Undecided in time: it
 * may start. `what`: with its name.
 */
export async function watchCreation(
  google: GoogleApi,
  { what, operation }: { what: string; operation: z.output<typeof Operation> },
  remove: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const path = `/v2/${operation.name}:wait`;
  const body = { timeout: `${WATCH_SECONDS}s` };
  const waited =
    operation.done || operation.name === ""
      ? operation
      : await google.ask({ method: "POST", path, body }, Operation, signal, [404]);
  if (waited?.error === undefined) return;
  const refusal = google.refuse(`${what} did not start`, waited.error);
  try {
    await remove();
  } catch (error) {
    throw new LaunchError("UNAVAILABLE", `${what} did not start, and could not be deleted`, {
      said: refusal.said ?? undefined,
      cause: error,
    });
  }
  throw refusal;
}
