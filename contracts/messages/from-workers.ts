import { z } from "zod";
import { ReportedError } from "../errors.ts";
import { KindData } from "../kinds/define-kind.ts";
import { Account } from "../quality.ts";
import { StoredFolder } from "../stored-folder.ts";
import { Offer } from "./offer.ts";

/** Fits into a column of 32 bits; the database would refuse anything larger again and again. */
const count = z.int32().nonnegative();
const bytes = z.int().nonnegative();

const attemptRef = {
  videoId: z.uuid(),
  jobId: z.uuid(),
  taskId: z.uuid(),
  /** Chosen by the worker, new for every attempt. */
  attemptId: z.uuid(),
  /** Of the task's message. */
  fencingToken: count,
  workerId: z.string().min(1).max(200),
  /** The task's. Its definition describes `result` and `detail`. */
  kind: z.string().min(1).max(100),
  at: z.iso.datetime(),
};

/** `sequence` counts the reports of one attempt from 1 (`started` is 0). The API ignores a report older than the last applied one. */
const sequenced = { ...attemptRef, sequence: z.int32().positive() };

/**
 * The kind's result so far. Every state report carries it whole, so that a report stands alone: the newest one (by
 * `sequence`) is enough, whatever was lost before it.
 */
const result = KindData;

/** A worker took a task. Sent before the task's message is acknowledged. */
export const TaskStarted = z.object({ type: z.literal("task.started.v1"), ...attemptRef });
export type TaskStarted = z.infer<typeof TaskStarted>;

/** The progress of an attempt, a few times a second. May be lost. */
export const TaskProgressed = z.object({
  type: z.literal("task.progressed.v1"),
  ...sequenced,
  /** Of the task, 0 to 1. */
  fraction: z.number().min(0).max(1),
  /** What the kind adds to the fraction. */
  detail: KindData.optional(),
});
export type TaskProgressed = z.infer<typeof TaskProgressed>;

/** The result has changed, for example because a variant became playable. */
export const TaskAdvanced = z.object({ type: z.literal("task.advanced.v1"), ...sequenced, result });
export type TaskAdvanced = z.infer<typeof TaskAdvanced>;

/** The resources that an attempt's programs used, all together. Sampled a few times a second, without a program's last instants. */
export const AttemptUsage = z.object({
  /** Seconds of processor time, of all cores together. */
  cpuSeconds: z.number().nonnegative(),
  /** The most memory that they held at one time. */
  peakMemoryBytes: bytes,
  /** Seconds from the task's arrival to its end. */
  wallSeconds: z.number().nonnegative(),
});
export type AttemptUsage = z.infer<typeof AttemptUsage>;

/** In a report of an end. Null: the worker's machine does not provide it (not Linux). */
const usage = AttemptUsage.nullable().optional();

/** In a report of an end: the attempt's objects in the store. Absent: the worker computes no checksums. */
const stored = z.array(StoredFolder).optional();

/** The task is done and its output is stored. */
export const TaskCompleted = z.object({
  type: z.literal("task.completed.v1"),
  ...sequenced,
  result,
  usage,
  stored,
  /** What the worker knows about its output by then. */
  account: Account.optional(),
});
export type TaskCompleted = z.infer<typeof TaskCompleted>;

/**
 * What a worker found out about an attempt's output, above all its quality, after the attempt's end and while the
 * CPU was idle. Replaces the account of the end. May never come.
 */
export const TaskAccounted = z.object({
  type: z.literal("task.accounted.v1"),
  ...attemptRef,
  account: Account,
});
export type TaskAccounted = z.infer<typeof TaskAccounted>;

/** The attempt ended in an error. `FAILED`: another attempt may succeed. `REJECTED`: the input is at fault, none will. */
export const TaskFailed = z.object({
  type: z.literal("task.failed.v1"),
  ...sequenced,
  outcome: z.enum(["FAILED", "REJECTED"]),
  error: ReportedError,
  result,
  usage,
  stored,
  /** With the error `NEEDS_MORE_MEMORY`, which uses no try: the memory of a worker on which the task would fit. */
  needsMemoryBytes: bytes.optional(),
});
export type TaskFailed = z.infer<typeof TaskFailed>;

/** The attempt was stopped. `CANCELED`: on request. `INTERRUPTED`: the worker shuts down, which uses no try. */
export const TaskStopped = z.object({
  type: z.literal("task.stopped.v1"),
  ...sequenced,
  outcome: z.enum(["CANCELED", "INTERRUPTED"]),
  result,
  usage,
  stored,
});
export type TaskStopped = z.infer<typeof TaskStopped>;

/** A worker is alive. Sent every few seconds; renews the leases of the attempts that it names. */
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
      /** It waits on its worker until other tasks there leave it enough memory. */
      waitsForMemory: z.boolean().optional(),
    }),
  ),
  /** The worker takes no new tasks and is about to end. */
  isStopping: z.boolean(),
});
export type WorkerSeen = z.infer<typeof WorkerSeen>;
