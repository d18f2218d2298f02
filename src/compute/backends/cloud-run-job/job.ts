import { z } from "zod";
import type { LaunchOrder, Machine } from "../../compute-backend.ts";
import { containerOf, managed, placeOf } from "../../google/index.ts";
import type { Settings } from "./settings.ts";

/** The job of an order, which starts when it is created, once. Pure. */
export function jobOf(order: LaunchOrder, settings: Settings): object {
  return {
    labels: managed,
    // Suffix of the execution's name.
    startExecutionToken: "a",
    template: {
      labels: managed,
      taskCount: 1,
      parallelism: 1,
      template: {
        // Another try would join with a used token: a new machine is a new order.
        maxRetries: 0,
        timeout: `${Math.ceil(order.endsWithinSeconds)}s`,
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
        ...placeOf(settings),
        containers: [containerOf(order, settings)],
      },
    },
  };
}

/** The fields of a job that are read. */
export const Job = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  terminalCondition: z
    .object({
      state: z.string().default(""),
      reason: z.string().default(""),
      message: z.string().default(""),
    })
    .optional(),
  latestCreatedExecution: z
    .object({
      name: z.string().default(""),
      completionStatus: z.string().default(""),
      completionTime: z.string().optional(),
      createTime: z.string().optional(),
    })
    .optional(),
});
export type Job = z.infer<typeof Job>;

const ended: Readonly<Record<string, number | null>> = {
  EXECUTION_SUCCEEDED: 0,
  EXECUTION_FAILED: null,
  EXECUTION_CANCELLED: null,
};

/** The last part of a resource's name. */
export const idOf = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** A job as the machine that it is. Pure. */
export function machineOf({ name: ref, latestCreatedExecution: execution, terminalCondition }: Job): Machine {
  const name = idOf(ref);
  if (execution === undefined)
    return terminalCondition?.state === "CONDITION_FAILED"
      ? { name, ref, state: "ENDED", exitCode: null }
      : { name, ref, state: "STARTING", exitCode: null };
  const { completionStatus, completionTime } = execution;
  const exitCode = ended[completionStatus];
  if (exitCode !== undefined || completionTime !== undefined)
    return { name, ref, state: "ENDED", exitCode: exitCode ?? null };
  return {
    ...{ name, ref, exitCode: null },
    state: completionStatus === "EXECUTION_RUNNING" ? "RUNNING" : "STARTING",
  };
}
