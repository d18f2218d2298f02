import type { AttemptReport, KindParams } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Job } from "../../prisma/generated/client.ts";
import type { OperationDeps } from "../deps.ts";
import type { Tx } from "../events/record-change.ts";
import type { StorageLimits } from "../quotas/index.ts";
import type { HeldAttempt } from "./hold-attempt.ts";
import type { SplitLimits, TaskWithAll } from "./task-rows.ts";

/** A report with the attempt's result so far. */
export type StateReport = Extract<AttemptReport, { result: object }>;

/** A state report of the attempt that holds the lease. The caller holds the video's lock. */
export interface HeldReport {
  tx: Tx;
  store: ObjectStore;
  limits: StorageLimits | undefined;
  attempt: HeldAttempt;
  report: StateReport;
  now: Date;
}

/** The API's operations for jobs of a kind. */
export interface KindOperations {
  /** The parameters in the message of a task of this kind. */
  toParams: (tx: Tx, task: TaskWithAll, limits: SplitLimits) => Promise<KindParams>;
  /**
   * Applies a report, and settles task and job if it is the last. `unwanted`: the job was canceled and the
   * attempt should stop.
   */
  apply: (report: HeldReport) => Promise<"applied" | "unwanted">;
  /** Repeats a job that failed or was canceled as a new job, `newId`. The caller holds the video's lock. */
  retry: (tx: Tx, deps: OperationDeps, job: Job, newId: string) => Promise<void>;
}

/** The operations of each kind of job. */
export type KindRegistry = Readonly<Record<string, KindOperations>>;
