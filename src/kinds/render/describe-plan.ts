import { JobPlan } from "./parts/plan-tasks.ts";

/** The division of a job into tasks, for clients. Times in milliseconds. */
export interface DescribedPlan {
  kind: "WHOLE" | "SPLIT";
  /** A readable explanation. */
  reason: string;
  headMs: number | null;
  chunkMs: number | null;
  chunks: number;
  tierGroups: string[][];
  speed: number | null;
  slots: number | null;
}

/** Null until decided: the source is not probed yet, or the head's worker is measuring. Pure. */
export function describePlan(
  job: {
    status: string;
    plan: unknown;
    durationMs: number | null;
    /** Whether the source is a media file, which can be cut into parts. */
    isMedia: boolean;
  },
  wholeUpToMs: number,
): DescribedPlan | null {
  const plan = JobPlan.nullable().parse(job.plan ?? null);
  if (plan !== null) {
    const { headEndMs, groups, reason, chunkMs, chunks, speed, slots } = plan;
    const figures = { reason, chunkMs, chunks, speed, slots };
    return { kind: "SPLIT", headMs: headEndMs, tierGroups: groups, ...figures };
  }
  const { status, durationMs, isMedia } = job;
  if (!isMedia) return whole("One task draws the whole video.");
  if (durationMs !== null && durationMs <= wholeUpToMs)
    return whole(`It is ${seconds(durationMs)} long; what is longer than ${seconds(wholeUpToMs)} is cut.`);
  return status === "SUCCEEDED" ? whole("One task made all of it.") : null;
}

const whole = (reason: string): DescribedPlan => ({
  kind: "WHOLE",
  reason,
  headMs: null,
  chunkMs: null,
  chunks: 0,
  tierGroups: [],
  speed: null,
  slots: null,
});

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
