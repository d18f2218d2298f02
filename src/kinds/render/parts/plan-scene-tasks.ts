import type { ScenePlan } from "@reelay/contracts";
import type { TaskKind } from "../../../database/index.ts";
import type { PlannedTask } from "../../../jobs/index.ts";
import type { JobPlan } from "./plan-tasks.ts";

export interface DrawnVideo {
  /** Of its tasks. */
  kind: TaskKind;
  durationMs: number;
  /** End of the first worker's share. */
  headEndMs: number;
  scenes: ScenePlan;
  /** Names of the variants to make. */
  variants: readonly string[];
  /** Workers that can draw. */
  workers: number;
}

/** A task costs the start of a painter, some 0.7 s of CPU time: a tenth of what this much video costs. */
const LEAST_TASK_MS = 12_000;
/** More tasks than workers, so that workers of different speed end together. */
const TASKS_PER_WORKER = 2;

/** Divides the scenes after the first worker's share into tasks of whole chunks. Pure. */
export function planSceneTasks(video: DrawnVideo): { plan: JobPlan; tasks: PlannedTask[] } {
  const { kind, durationMs, headEndMs, scenes, variants, workers } = video;
  const rest = scenes.chunks.filter(({ startMs }) => startMs >= headEndMs);
  const restMs = durationMs - headEndMs;
  const taskMs = Math.max(LEAST_TASK_MS, restMs / Math.max(1, workers * TASKS_PER_WORKER));
  const starts: number[] = [];
  for (const { startMs } of rest) {
    const begun = starts.at(-1);
    const isWorthIt = durationMs - startMs >= LEAST_TASK_MS;
    if (begun === undefined || (startMs - begun >= taskMs && isWorthIt)) starts.push(startMs);
  }
  const tasks = starts.map((startMs, index): PlannedTask => {
    const params = {
      version: 1,
      startMs,
      endMs: starts[index + 1] ?? null,
      renditions: [...variants],
    };
    return { kind, params, dueAfterMs: startMs };
  });
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  const plan: JobPlan = {
    ...{ headEndMs, chunkMs: Math.round(taskMs), chunks: tasks.length, groups: [[...variants]] },
    ...{ speed: null, slots: workers, scenes },
    reason: `The first worker draws ${seconds(headEndMs)} and makes the audio; the scenes of the other ${seconds(restMs)} are in ${tasks.length === 1 ? "one task" : `${tasks.length} tasks`} for other workers.`,
  };
  return { plan, tasks };
}

/** Makes the storyboard of a video that several tasks have drawn. */
export const storyboardTask = (kind: TaskKind): PlannedTask => ({
  kind,
  params: { version: 1, startMs: 0, endMs: 0, renditions: [] },
  dueAfterMs: 0,
});
