import { z } from "zod";
import type { LaunchOrder, Machine } from "../../compute-backend.ts";

const WEEK_MS = 604_800_000;

/**
 * The job of an order. `ttl` ends it also while it runs, and counts from its creation; RunPod allows a week.
 * Pure.
 */
export function jobOf({ name, environment, endsWithinSeconds }: LaunchOrder): object {
  const endsWithinMs = Math.min(endsWithinSeconds * 1_000, WEEK_MS);
  return {
    input: { name, environment },
    policy: { executionTimeout: endsWithinMs, ttl: endsWithinMs },
  };
}

/** The fields of a job that are read. */
export const Job = z.object({
  id: z.string().min(1).max(200),
  status: z.string(),
  /** Of the handler in `deploy/`. */
  output: z.unknown().optional(),
});
export type Job = z.infer<typeof Job>;

const Output = z.object({ exitCode: z.int() });

/** Counts of an endpoint. */
export const Health = z.object({ jobs: z.object({ inProgress: z.number(), inQueue: z.number() }) });

const ended: ReadonlySet<string> = new Set(["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"]);

/** A job as the machine that it is. Pure. */
export const machineOf = (name: string, { id, status, output }: Job): Machine => ({
  ...{ name, ref: id, exitCode: Output.safeParse(output).data?.exitCode ?? null },
  state: ended.has(status) ? "ENDED" : status === "IN_QUEUE" ? "STARTING" : "RUNNING",
});
