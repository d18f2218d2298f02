import { z } from "zod";
import type { LaunchOrder, Machine } from "../../compute-backend.ts";
import { managed } from "../../google/index.ts";
import type { Settings } from "./settings.ts";

/** The job of an order: one task on one machine. Pure. */
export function jobOf({ environment, endsWithinSeconds }: LaunchOrder, settings: Settings): object {
  const { image, region, zones, machineType, spot, gpu, gpuDriver, diskGib, serviceAccount } = settings;
  const { network, subnetwork } = settings;
  const networks = {
    ...(network !== undefined && { network }),
    ...(subnetwork !== undefined && { subnetwork }),
  };
  return {
    labels: managed,
    taskGroups: [
      {
        taskCount: "1",
        taskSpec: {
          // Another try would join with a used token: a new machine is a new order.
          maxRetryCount: 0,
          maxRunDuration: `${Math.ceil(endsWithinSeconds)}s`,
          environment: { variables: environment },
          runnables: [
            {
              container: {
                imageUri: image,
                options: `--init --cap-drop=ALL --security-opt=no-new-privileges${gpu || gpuDriver ? " --gpus=all" : ""}`,
              },
            },
          ],
        },
      },
    ],
    allocationPolicy: {
      labels: managed,
      location: {
        allowedLocations: zones.length === 0 ? [`regions/${region}`] : zones.map((zone) => `zones/${zone}`),
      },
      instances: [
        {
          installGpuDrivers: gpuDriver,
          policy: {
            machineType,
            provisioningModel: spot ? "SPOT" : "STANDARD",
            bootDisk: { sizeGb: String(diskGib) },
            ...(gpu && { accelerators: [{ type: gpu.type, count: String(gpu.count) }] }),
          },
        },
      ],
      ...(serviceAccount !== undefined && { serviceAccount: { email: serviceAccount } }),
      ...((network ?? subnetwork) !== undefined && { network: { networkInterfaces: [networks] } }),
    },
    logsPolicy: { destination: "CLOUD_LOGGING" },
  };
}

/** The fields of a job that are read. */
export const Job = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  updateTime: z.string().default(""),
  status: z
    .object({
      state: z.string().default(""),
      statusEvents: z
        .array(
          z.object({
            description: z.string().default(""),
            eventTime: z.string().default(""),
            taskExecution: z.object({ exitCode: z.number().default(0) }).optional(),
          }),
        )
        .default([]),
    })
    .default({ state: "", statusEvents: [] }),
});
export type Job = z.infer<typeof Job>;

const waiting = new Set(["", "STATE_UNSPECIFIED", "QUEUED", "SCHEDULED"]);
const ended = new Set(["SUCCEEDED", "FAILED", "CANCELLED"]);

/** A job as the machine that it is. Pure. */
export function machineOf({ name: ref, status: { state, statusEvents } }: Job): Machine {
  const name = ref.slice(ref.lastIndexOf("/") + 1);
  if (ended.has(state)) {
    const told = statusEvents.findLast(({ taskExecution }) => taskExecution !== undefined)?.taskExecution
      ?.exitCode;
    return { name, ref, state: "ENDED", exitCode: state === "SUCCEEDED" ? 0 : (told ?? null) };
  }
  return { name, ref, state: waiting.has(state) ? "STARTING" : "RUNNING", exitCode: null };
}

/** Why a job has no machine yet, as Batch tells it. Undefined: nothing keeps it. Pure. */
export function explainWait({ status: { state, statusEvents } }: Job): string | undefined {
  if (!waiting.has(state)) return undefined;
  return statusEvents.findLast(({ description }) => /\bCODE_[A-Z_]{3,80}/.test(description))?.description;
}
