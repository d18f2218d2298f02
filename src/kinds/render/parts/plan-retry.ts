import { isAudio } from "@reelay/contracts";
import { audioTask, chunkTask, type JobPlan, type PlannedPart, toSpans } from "./plan-tasks.ts";

export interface Unfinished {
  plan: JobPlan;
  durationMs: number;
  /** Names of the unfinished variants and audio renditions. */
  renditions: readonly string[];
  /** Complete parts, of these and other renditions. */
  complete: readonly { rendition: string; startMs: number }[];
}

/**
 * The remaining work of a repeated split job, on the same grid of chunks: tasks for missing parts, and
 * whether the head is missing. Pure.
 */
export function planRetry({ plan, durationMs, renditions, complete }: Unfinished): {
  needsHead: boolean;
  rest: PlannedPart[];
} {
  const isThere = (rendition: string, startMs: number) =>
    complete.some((part) => part.rendition === rendition && part.startMs === startMs);
  const missingAt = (startMs: number, names: readonly string[]) =>
    names.filter((name) => renditions.includes(name) && !isThere(name, startMs));
  const chunks = plan.groups.flatMap((group, round) =>
    toSpans(plan).flatMap((span): PlannedPart[] => {
      const missing = missingAt(span.startMs, group);
      return missing.length > 0 ? [chunkTask({ ...span, renditions: missing }, round * durationMs)] : [];
    }),
  );
  const { headEndMs } = plan;
  const audio = missingAt(headEndMs, renditions.filter(isAudio));
  const rest = [...(audio.length > 0 ? [audioTask(headEndMs, audio)] : []), ...chunks];
  // A rendition in no group belongs to the head alone, such as a copied source.
  const needsHead = missingAt(0, renditions).length > 0 || rest.length === 0;
  return { needsHead, rest };
}
