import { z } from "zod";
import type { LaunchOrder, Machine } from "../../compute-backend.ts";
import { managed } from "../../google/index.ts";
import type { Settings } from "./settings.ts";

/** Label by which a job is found, as Vertex AI chooses the job's name itself. */
const LAUNCH = "reelay-launch";

/** Filter for jobs of Reelay, or of one order. Pure. */
export const filterOf = (name?: string): string =>
  `labels.managed-by="reelay"${name === undefined ? "" : ` AND labels.${LAUNCH}="${name}"`}`;

/** The job of an order: one replica of one machine. Pure. */
export function jobOf({ name, environment, endsWithinSeconds }: LaunchOrder, settings: Settings): object {
  const { image, machineType, gpu, spot, diskGib, serviceAccount, network } = settings;
  return {
    displayName: name,
    labels: { ...managed, [LAUNCH]: name },
    jobSpec: {
      workerPoolSpecs: [
        {
          replicaCount: "1",
          machineSpec: {
            machineType,
            ...(gpu && { acceleratorType: gpu.type, acceleratorCount: gpu.count }),
          },
          diskSpec: { bootDiskType: "pd-ssd", bootDiskSizeGb: diskGib },
          containerSpec: {
            imageUri: image,
            env: Object.entries(environment).map(([name, value]) => ({ name, value })),
          },
        },
      ],
      scheduling: {
        timeout: `${Math.ceil(endsWithinSeconds)}s`,
        strategy: spot ? "SPOT" : "STANDARD",
        // Another try would join with a used token: a new machine is a new order.
        disableRetries: true,
        restartJobOnWorkerRestart: false,
      },
      ...(serviceAccount !== undefined && { serviceAccount }),
      ...(network !== undefined && { network }),
    },
  };
}

/** The fields of a job that are read. */
export const Job = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  state: z.string().default(""),
  endTime: z.string().optional(),
});
export type Job = z.infer<typeof Job>;

const running = new Set([
  "JOB_STATE_RUNNING",
  "JOB_STATE_CANCELLING",
  "JOB_STATE_UPDATING",
  "JOB_STATE_PAUSED",
]);
const starting = new Set(["", "JOB_STATE_UNSPECIFIED", "JOB_STATE_QUEUED", "JOB_STATE_PENDING"]);

/** A job as the machine that it is. Vertex AI tells no exit code but that of success. Pure. */
export function machineOf({ name: ref, labels, state }: Job): Machine {
  const name = labels[LAUNCH] ?? "";
  if (starting.has(state)) return { name, ref, state: "STARTING", exitCode: null };
  if (running.has(state)) return { name, ref, state: "RUNNING", exitCode: null };
  return { name, ref, state: "ENDED", exitCode: state === "JOB_STATE_SUCCEEDED" ? 0 : null };
}
