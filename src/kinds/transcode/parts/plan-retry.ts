import { isSound } from "@reelay/contracts";
import type { PlannedTask } from "../../../jobs/create-rest-tasks.ts";
import { type JobPlan, soundTask, toSpans } from "./plan-tasks.ts";

export interface Unfinished {
  plan: JobPlan;
  durationMs: number;
  /** Names of the variants and sound renditions that are still to be made. */
  renditions: readonly string[];
  /** Parts that are whole, of these and of others. */
  complete: readonly { rendition: string; startMs: number }[];
}

/**
 * What a job that repeats a split one has left to do, on the same grid of chunks: tasks for the parts that are missing, and whether the head is
 * among them. Pure.
 */
export function planRetry({ plan, durationMs, renditions, complete }: Unfinished): {
  needsHead: boolean;
  rest: PlannedTask[];
} {
  const isThere = (rendition: string, startMs: number) =>
    complete.some((part) => part.rendition === rendition && part.startMs === startMs);
  const missingAt = (startMs: number, names: readonly string[]) =>
    names.filter((name) => renditions.includes(name) && !isThere(name, startMs));
  const chunks = plan.groups.flatMap((group, round) =>
    toSpans(plan).flatMap((span): PlannedTask[] => {
      const missing = missingAt(span.startMs, group);
      const dueAfterMs = span.startMs + round * durationMs;
      return missing.length > 0 ? [{ kind: "CHUNK", ...span, renditions: missing, dueAfterMs }] : [];
    }),
  );
  const { headEndMs } = plan;
  const sound = missingAt(headEndMs, renditions.filter(isSound));
  const rest = [...(sound.length > 0 ? [soundTask(headEndMs, sound)] : []), ...chunks];
  // What is in no group is the head's alone, such as a copied source.
  const needsHead = missingAt(0, renditions).length > 0 || rest.length === 0;
  return { needsHead, rest };
}
