import { transcode } from "@reelay/contracts";
import { isFor, type ScopedTask, type TaskScope } from "../../jobs/index.ts";
import { JobPlan } from "../render/index.ts";

/** The part of the timeline and the variants of a task. Pure. */
export function toScope({ kind, params, job }: ScopedTask): TaskScope {
  const { startMs, endMs, renditions } = transcode.taskParams.parse(params);
  const headEndMs = kind === "RENDER" ? JobPlan.nullable().parse(job.plan ?? null)?.headEndMs : undefined;
  return {
    startMs,
    endMs: headEndMs ?? endMs,
    makes: (name) =>
      kind !== "AUDIO" && (renditions.length > 0 ? renditions.includes(name) : isFor(job, name)),
  };
}
