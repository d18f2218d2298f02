import type { DrawingStep } from "@reelay/contracts";
import type { Db } from "../database/index.ts";
import type { LiveProgress, VideoSnapshot } from "./live-progress.ts";
import { laterStep, parseStep } from "./step.ts";

/** The newest step of each job that has one: as stored, or as reported since. */
export async function readSteps(
  db: Db,
  live: Pick<LiveProgress, "step">,
  jobIds: readonly string[],
): Promise<Map<string, DrawingStep>> {
  const rows = await db.$queryRaw<{ jobId: string; videoId: string; attemptId: string; step: unknown }[]>`
    SELECT DISTINCT ON (j.id) j.id AS "jobId", j.video_id AS "videoId", a.id AS "attemptId", a.step
    FROM jobs j JOIN tasks t ON t.job_id = j.id JOIN attempts a ON a.task_id = t.id
    WHERE j.id = ANY (${[...jobIds]}::uuid[]) AND a.step IS NOT NULL ORDER BY j.id, a.started_at DESC, a.number DESC`;
  return new Map(
    rows.flatMap(({ jobId, videoId, attemptId, step: json }) => {
      const kept = parseStep(json);
      const told = live.step(videoId, attemptId);
      const step = told === undefined ? kept : laterStep(kept, told);
      return step === undefined ? [] : [[jobId, step]];
    }),
  );
}

/** The step that an event of a subscription shows of this job; undefined: none. */
export function shownStepIn(event: unknown, jobId: string): DrawingStep | undefined {
  if (typeof event !== "object" || event === null || !("step" in event)) return undefined;
  const { step: shown } = event as Pick<VideoSnapshot, "step">;
  return shown?.jobId === jobId ? shown.step : undefined;
}
