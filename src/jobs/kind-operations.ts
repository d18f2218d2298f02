import type { Account, AttemptReport, KindParams } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Job, Task } from "../../prisma/generated/client.ts";
import type { OperationDeps } from "../context/index.ts";
import type { Change, Tx } from "../events/index.ts";
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

/** The part of its video that a task makes, for clients. */
export interface TaskScope {
  startMs: number;
  /** Null: the end of the video. */
  endMs: number | null;
  /** Whether it makes the variant of this name. */
  makes: (variant: string) => boolean;
}

export type ScopedTask = Pick<Task, "kind" | "params"> & { job: Pick<Job, "plan" | "onlyVariants"> };

/** The API's operations for jobs of a kind. */
export interface KindOperations {
  /** The parameters in the message of a task of this kind. Absent: its jobs have tasks of other kinds. */
  toParams?: (tx: Tx, task: TaskWithAll, limits: SplitLimits, now: Date) => Promise<KindParams>;
  /** Default: the whole video, without variants. Pure. */
  toScope?: (task: ScopedTask) => TaskScope;
  /**
   * Applies a report, and settles task and job if it is the last. `unwanted`: the job was canceled and the
   * attempt should stop.
   */
  apply: (report: HeldReport) => Promise<"applied" | "unwanted">;
  /**
   * Applies facts about an attempt's output that its worker measured after the end. The caller holds the
   * video's lock. Default: they are ignored.
   */
  account?: (tx: Tx, attempt: { videoId: string; attemptId: string }, account: Account) => Promise<Change[]>;
  /**
   * Called after an attempt of a task of this kind was applied as completed, outside of its transaction. What
   * it does is best effort: errors are logged. Default: nothing.
   */
  completed?: (deps: Pick<OperationDeps, "db" | "store">, videoId: string) => Promise<void>;
  /** Repeats a job that failed or was canceled as a new job, `newId`. The caller holds the video's lock. */
  retry: (tx: Tx, deps: OperationDeps, job: Job, newId: string) => Promise<void>;
}

/** The operations of each kind of job. */
export type KindRegistry = Readonly<Record<string, KindOperations>>;
