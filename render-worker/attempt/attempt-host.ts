import type { Context } from "@opentelemetry/api";
import type { Account, TaskRequested } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { AttemptDirectory, Borrower, WorkerMemory } from "../host/index.ts";
import type { AttemptRef, AttemptReporter } from "./reporter.ts";

/** What the worker provides to the kind that does a task. */
export interface AttemptHost extends Borrower {
  task: TaskRequested;
  ref: AttemptRef;
  /**
   * It runs beside the slots, which are all taken: it does what lets the video play early, and leaves the
   * rest to another attempt. Default false.
   */
  isExpress?: boolean;
  /** Keeps checksums of the objects that the attempt writes. */
  store: ObjectStore;
  memory: WorkerMemory;
  /** Parent of the spans of the attempt's steps. */
  trace: Context;
  reporter: Pick<AttemptReporter, "progressed" | "accounted">;
  /** The attempt's own folder, removed when the attempt ends. */
  directory: AttemptDirectory;
  /** Aborts with a `StopError`. */
  signal: AbortSignal;
  /**
   * Reports that the output is complete and frees the slot. The kind may go on with work that delays no other
   * task.
   */
  complete(account: Account): Promise<void>;
  /** Runs work that can wait, after other such work. False: the queue is full and the work was dropped. */
  whenIdle(work: () => Promise<void>): Promise<boolean>;
  /** Sends the worker's offer again: the kind can do less or more than before. */
  offerChanged(): void;
}
