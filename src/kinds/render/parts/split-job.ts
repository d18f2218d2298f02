import { isAudio, Profile, SOURCE_VARIANT_NAME, type Split } from "@reelay/contracts";
import { type Job, Prisma, type Task } from "../../../../prisma/generated/client.ts";
import { firstTaskOf } from "../../../database/index.ts";
import { recordChange, type Tx } from "../../../events/index.ts";
import { createRestTasks } from "../../../jobs/index.ts";
import { readSlots } from "../../../workers/index.ts";
import { planSceneTasks } from "./plan-scene-tasks.ts";
import { planTasks } from "./plan-tasks.ts";

interface SplitRows {
  durationMs: number | null;
  source: { receivedAt: Date | null } | null;
  variants: readonly { name: string; position: number; tier: string; status: string }[];
}

/** A copy takes the time of reading the file, so it ends long before the rest. */
const copied = new Set(["PENDING", "RENDERING", "READY"]);

/**
 * Creates the tasks after the head, once its worker has reported everything that they need and the source is
 * stored: in the transaction of that report, once per job. The caller holds the video's lock.
 */
export async function splitJob(
  tx: Tx,
  { task, rows, split, now }: { task: Task & { job: Job }; rows: SplitRows; split: Split; now: Date },
): Promise<void> {
  const { job } = task;
  if (job.plan !== null || task.isRest || job.cancelRequestedAt !== null) return;
  if (rows.durationMs === null || !rows.source?.receivedAt) return;
  const { slots = 1, workers = 1 } = (await readSlots(tx, now)).get(task.pool) ?? {};
  const variants = rows.variants
    .filter(({ name, status }) => split.renditions.includes(name) && status !== "READY")
    .toSorted((a, b) => a.position - b.position);
  const { durationMs } = rows;
  const { headEndMs, scenes } = split;
  const { plan, tasks } = scenes
    ? planSceneTasks({
        ...{ kind: firstTaskOf(job.kind), durationMs, headEndMs, scenes, workers },
        variants: variants.map(({ name }) => name),
      })
    : planTasks({
        ...{ durationMs, headEndMs, speed: split.speed, slots, variants },
        segmentDurationMs: Profile.parse(job.profile).segmentDurationMs,
        audioTracks: split.renditions.filter(isAudio),
        leadInMs: split.leadInMs,
        isCopied: rows.variants.some(
          ({ name, status }) => name === SOURCE_VARIANT_NAME && copied.has(status),
        ),
      });
  const { count } = await tx.job.updateMany({
    where: { id: job.id, plan: { equals: Prisma.DbNull } },
    data: { plan: { ...plan, ...(split.encoders && { encoders: split.encoders }) } },
  });
  if (count === 0) return;
  await createRestTasks(tx, { job, pool: task.pool, tasks, now });
  const { chunks, reason } = plan;
  await recordChange(tx, { ...job, jobId: job.id }, [{ type: "job.split", data: { chunks, reason } }]);
}
