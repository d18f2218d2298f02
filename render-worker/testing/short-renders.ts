import type { Profile } from "@reelay/contracts";
import { defaultProfile, type startWorker } from "./kit.ts";
import type { AttemptState, RenderTask } from "./to-message.ts";

/** One small rung with segments so short that short clips have many parts. */
export const shortProfile: Profile = {
  ...defaultProfile,
  rungs: defaultProfile.rungs.slice(0, 1),
  segmentDurationMs: 2_000,
  gopDurationMs: 1_000,
};

export type RunningWorker = Awaited<ReturnType<typeof startWorker>>;

/** Runs a task with that profile to its successful end. */
export async function make(
  worker: RunningWorker,
  clip: string,
  changes: Partial<RenderTask> = {},
): Promise<AttemptState> {
  const end = await worker.end(await worker.request(clip, { profile: shortProfile, ...changes }));
  if (end.type !== "task.completed.v1") throw new Error(JSON.stringify(end));
  return end.result;
}
