import { z } from "zod";
import { ReportedError } from "../errors.ts";
import { KindData } from "../kinds/index.ts";
import { Account } from "../quality.ts";
import { CheckedSource } from "../source-check.ts";
import { StoredFolder } from "../stored-folder.ts";
import { Offer } from "./offer.ts";

/** Fits into a 32-bit column; the database would refuse anything larger on every redelivery. */
const count = z.int32().nonnegative();
const bytes = z.int().nonnegative();

const attemptRef = {
  videoId: z.uuid(),
  jobId: z.uuid(),
  taskId: z.uuid(),
  /** Chosen by the worker; unique per attempt. */
  attemptId: z.uuid(),
  /** From the task's message. */
  fencingToken: count,
  workerId: z.string().min(1).max(200),
  /** The task's kind. Its definition describes `result` and `detail`. */
  kind: z.string().min(1).max(100),
  at: z.iso.datetime(),
};

/**
 * Counts the reports of an attempt from 1 (`started` is 0). The API ignores reports that are older than the
 * last applied one.
 */
const sequenced = { ...attemptRef, sequence: z.int32().positive() };

/**
 * The kind's result so far. Each state report carries it whole, so the report with the highest `sequence` is
 * enough, whatever was lost before it.
 */
const result = KindData;

/** A worker accepted a task. Sent before the task's message is acknowledged. */
export const TaskStarted = z.object({ type: z.literal("task.started.v1"), ...attemptRef });
export type TaskStarted = z.infer<typeof TaskStarted>;

/** The progress of an attempt, a few times a second. May be lost. */
export const TaskProgressed = z.object({
  type: z.literal("task.progressed.v1"),
  ...sequenced,
  /** Of the task, 0 to 1. */
  fraction: z.number().min(0).max(1),
  /** Kind-specific detail. */
  detail: KindData.optional(),
});
export type TaskProgressed = z.infer<typeof TaskProgressed>;

/** The result has changed, for example because a variant became playable. */
export const TaskAdvanced = z.object({ type: z.literal("task.advanced.v1"), ...sequenced, result });
export type TaskAdvanced = z.infer<typeof TaskAdvanced>;

/**
 * Resources used by all programs of an attempt together, sampled a few times a second. The last instants of a
 * program may be missing.
 */
export const AttemptUsage = z.object({
  /** Processor time of all cores, in seconds. */
  cpuSeconds: z.number().nonnegative(),
  /** Peak memory of all programs together. */
  peakMemoryBytes: bytes,
  /** Seconds from the task's arrival to its end. */
  wallSeconds: z.number().nonnegative(),
});
export type AttemptUsage = z.infer<typeof AttemptUsage>;

/** In final reports. Null if the worker's platform does not provide it (not Linux). */
const usage = AttemptUsage.nullable().optional();

/** In final reports: the attempt's objects in the store. Absent: the worker computes no checksums. */
const stored = z.array(StoredFolder).optional();

/** The task is done and its output is stored. */
export const TaskCompleted = z.object({
  type: z.literal("task.completed.v1"),
  ...sequenced,
  result,
  usage,
  stored,
  /** What the worker knows about its output so far. */
  account: Account.optional(),
});
export type TaskCompleted = z.infer<typeof TaskCompleted>;

/**
 * Facts about an attempt's output, above all its quality, measured after the attempt's end while the CPU was
 * idle. Replaces the account of the final report. May never arrive.
 */
export const TaskAccounted = z.object({
  type: z.literal("task.accounted.v1"),
  ...attemptRef,
  account: Account,
});
export type TaskAccounted = z.infer<typeof TaskAccounted>;

/**
 * The attempt failed. `FAILED`: another attempt may succeed. `REJECTED`: the input is at fault, and no
 * attempt will.
 */
export const TaskFailed = z.object({
  type: z.literal("task.failed.v1"),
  ...sequenced,
  outcome: z.enum(["FAILED", "REJECTED"]),
  error: ReportedError,
  result,
  usage,
  stored,
  /** With the error `NEEDS_MORE_MEMORY`, which uses no try: memory of a worker that would fit the task. */
  needsMemoryBytes: bytes.optional(),
});
export type TaskFailed = z.infer<typeof TaskFailed>;

/**
 * The attempt was stopped. `CANCELED`: on request. `INTERRUPTED`: the worker shuts down, which uses no try.
 */
export const TaskStopped = z.object({
  type: z.literal("task.stopped.v1"),
  ...sequenced,
  outcome: z.enum(["CANCELED", "INTERRUPTED"]),
  result,
  usage,
  stored,
});
export type TaskStopped = z.infer<typeof TaskStopped>;

/** Heartbeat of a worker, sent every few seconds. Renews the leases of the listed attempts. */
export const WorkerSeen = z.object({
  type: z.literal("worker.seen.v1"),
  workerId: z.string().min(1).max(200),
  at: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  hostname: z.string(),
  version: z.string(),
  offer: Offer,
  attempts: z.array(
    z.object({
      taskId: z.uuid(),
      attemptId: z.uuid(),
      /** Waits on its worker until other tasks free enough memory. */
      waitsForMemory: z.boolean().optional(),
    }),
  ),
  /** The worker accepts no new tasks and is about to exit. */
  isStopping: z.boolean(),
  /** When its machine ends: it receives no task that is likely to last longer. Absent: it has no such end. */
  deadlineAt: z.iso.datetime().optional(),
});
export type WorkerSeen = z.infer<typeof WorkerSeen>;

const checkRef = {
  checkId: z.uuid(),
  workerId: z.string().min(1).max(200),
  at: z.iso.datetime(),
};

/** A source was checked, whether or not it has problems. The first report of a check counts. */
export const SourceChecked = z.object({
  type: z.literal("source.checked.v1"),
  ...checkRef,
  checked: CheckedSource,
});
export type SourceChecked = z.infer<typeof SourceChecked>;

/** The worker could not check a source, through no fault of the source. */
export const SourceCheckFailed = z.object({
  type: z.literal("source.check-failed.v1"),
  ...checkRef,
  error: ReportedError,
});
export type SourceCheckFailed = z.infer<typeof SourceCheckFailed>;
