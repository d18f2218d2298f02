import { z } from "zod";
import { ReportedError } from "../errors.ts";
import { Account } from "../quality.ts";
import { jailLevels, pools } from "../states.ts";
import { StoredFolder } from "../stored-folder.ts";
import { Capabilities } from "./capabilities.ts";
import { RenderState } from "./render-state.ts";

/** Fits into a column of 32 bits: a number that does not would be refused there again and again. */
const count = z.int32().nonnegative();
const bytes = z.int().nonnegative();

const attemptRef = {
  videoId: z.uuid(),
  jobId: z.uuid(),
  taskId: z.uuid(),
  /** Chosen by the worker, new for every try. */
  attemptId: z.uuid(),
  /** That of the task's message, if it had one. */
  turn: count.optional(),
  workerId: z.string().min(1).max(200),
  at: z.iso.datetime(),
};

/** `sequence` counts the reports of one attempt from 1 (`started` is 0): a report older than the last applied one says nothing new. */
const sequenced = { ...attemptRef, sequence: z.int32().positive() };

/** A worker took a task. Sent before the task's message is acknowledged. */
export const RenderStarted = z.object({ type: z.literal("render.started.v1"), ...attemptRef });
export type RenderStarted = z.infer<typeof RenderStarted>;

export const VariantProgress = z.object({
  name: z.string(),
  /** 0 to 1. */
  fraction: z.number().min(0).max(1),
  frames: count,
  /** Frames encoded per second of wall time. */
  fps: z.number().nonnegative(),
  /** Seconds of video encoded per second of wall time. */
  speed: z.number().nonnegative(),
  sizeBytes: bytes,
  /** Milliseconds until this variant is done; null while unknown. */
  etaMs: z.number().nonnegative().nullable(),
});
export type VariantProgress = z.infer<typeof VariantProgress>;

/** How far it is, all variants in one message, a few times a second. May be lost. */
export const RenderProgressed = z.object({
  type: z.literal("render.progressed.v1"),
  ...sequenced,
  /** The part of the video's timeline that the attempt makes, and that its fractions are of; the whole when left out. */
  span: z.object({ startMs: count, endMs: count.nullable() }).optional(),
  variants: z.array(VariantProgress),
});
export type RenderProgressed = z.infer<typeof RenderProgressed>;

/** The state changed: source probed and ladder planned, a variant became playable or ready, the poster is there. */
export const RenderAdvanced = z.object({
  type: z.literal("render.advanced.v1"),
  ...sequenced,
  state: RenderState,
});
export type RenderAdvanced = z.infer<typeof RenderAdvanced>;

/**
 * What an attempt's programs (ffmpeg, ffprobe) used, all together. Sampled a few times a second: the last instants of a program are not in it.
 */
export const AttemptUsage = z.object({
  /** Seconds of processor time, of all cores together. */
  cpuSeconds: z.number().nonnegative(),
  /** Most memory that they held at one time. */
  peakMemoryBytes: bytes,
  /** Seconds from the task's arrival to its end. */
  wallSeconds: z.number().nonnegative(),
});
export type AttemptUsage = z.infer<typeof AttemptUsage>;

/** In a report of an end. Null: the worker's machine does not provide it (not Linux). */
const usage = AttemptUsage.nullable().optional();

/** In a report of an end: the attempt's objects in the store. Absent: the worker computes no checksums. */
const stored = z.array(StoredFolder).optional();

/** All variants are settled and stored. */
export const RenderCompleted = z.object({
  type: z.literal("render.completed.v1"),
  ...sequenced,
  state: RenderState,
  usage,
  stored,
  /** What is known by then of what it made. */
  account: Account.optional(),
});
export type RenderCompleted = z.infer<typeof RenderCompleted>;

/**
 * What a worker found out about what an attempt made, after its end and when nobody needed the CPU: how good it is, above all. Takes the
 * place of the account that came with the end. May never come.
 */
export const RenderAccounted = z.object({
  type: z.literal("render.accounted.v1"),
  ...attemptRef,
  account: Account,
});
export type RenderAccounted = z.infer<typeof RenderAccounted>;

/** The attempt ended in an error: `FAILED` may be tried again, `REJECTED` (the input is at fault) never. */
export const RenderFailed = z.object({
  type: z.literal("render.failed.v1"),
  ...sequenced,
  outcome: z.enum(["FAILED", "REJECTED"]),
  error: ReportedError,
  state: RenderState,
  usage,
  stored,
  /** With the error `NEEDS_MORE_MEMORY`, which uses no try: the memory of a worker on which the task would fit. */
  needsMemoryBytes: bytes.optional(),
});
export type RenderFailed = z.infer<typeof RenderFailed>;

/** The attempt was stopped: `CANCELED` on request, `INTERRUPTED` because the worker shuts down (uses no try). */
export const RenderStopped = z.object({
  type: z.literal("render.stopped.v1"),
  ...sequenced,
  outcome: z.enum(["CANCELED", "INTERRUPTED"]),
  state: RenderState,
  usage,
  stored,
});
export type RenderStopped = z.infer<typeof RenderStopped>;

/** A worker lives: sent every few seconds; renews the leases of the attempts that it names. */
export const WorkerSeen = z.object({
  type: z.literal("worker.seen.v1"),
  workerId: z.string().min(1).max(200),
  at: z.iso.datetime(),
  startedAt: z.iso.datetime(),
  hostname: z.string(),
  version: z.string(),
  pools: z.array(z.enum(pools)).min(1),
  slots: count,
  /** Encoders that a trial encode opened, e.g. `libx264`. */
  encoders: z.array(z.string()),
  /** What works there, device by device. */
  capabilities: Capabilities.optional(),
  /** Kinds of tasks that it can do besides those that every worker can: those of `toldTaskKinds`. */
  knows: z.array(z.string()).optional(),
  ffmpegVersion: z.string(),
  /** Jail of its programs, and the reason why it is not stronger; null for the strongest. */
  jail: z.object({ level: z.enum(jailLevels), reason: z.string().max(2_000).nullable() }).optional(),
  /** Memory that it and its programs may have: its cgroup's limit, else the machine's. */
  memoryBytes: bytes.optional(),
  /** Processors that it may keep busy: its cgroup's quota, else the machine's; 1.5 is one and a half. */
  cpus: z.number().positive().optional(),
  attempts: z.array(
    z.object({
      taskId: z.uuid(),
      attemptId: z.uuid(),
      /** It waits on its worker until other tasks there leave it enough memory. */
      waitsForMemory: z.boolean().optional(),
    }),
  ),
  /** The worker takes nothing new and is about to end. */
  isStopping: z.boolean(),
});
export type WorkerSeen = z.infer<typeof WorkerSeen>;
