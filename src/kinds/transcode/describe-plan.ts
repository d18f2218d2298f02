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
  job: { status: string; plan: unknown; durationMs: number | null },
  wholeUpToMs: number,
): DescribedPlan | null {
  const plan = JobPlan.nullable().parse(job.plan ?? null);
  if (plan !== null) {
    const { headEndMs, groups, ...figures } = plan;
    return { kind: "SPLIT", headMs: headEndMs, tierGroups: groups, ...figures };
  }
  const { status, durationMs } = job;
  const isShort = durationMs !== null && durationMs <= wholeUpToMs;
  if (!isShort && status !== "SUCCEEDED") return null;
  const reason = isShort
    ? `It is ${seconds(durationMs)} long; what is longer than ${seconds(wholeUpToMs)} is cut.`
    : "One task made all of it.";
  return {
    kind: "WHOLE",
    reason,
    headMs: null,
    chunkMs: null,
    chunks: 0,
    tierGroups: [],
    speed: null,
    slots: null,
  };
}

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** Where the head ends of a job that was cut; null of one that was not. */
export const headEndMs = (plan: unknown): number | null =>
  JobPlan.nullable().parse(plan ?? null)?.headEndMs ?? null;
