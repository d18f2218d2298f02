import { z } from "zod";
import { KindParams, Requirements } from "../kinds/define-kind.ts";
import { jobPriorities, pools } from "../states.ts";

/**
 * An object that a task reads. It is in the store, or it must first be fetched from a URL and stored under `key`.
 * `arriving`: its upload is under way and enough of it is here to begin. The worker reads it where the store keeps
 * what arrives (`ObjectStore.arrivingPath`), unless it is in the store by now.
 */
export const InputRef = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("object"),
    key: z.string(),
    /** With the size that it will have. */
    arriving: z
      .object({ uploadId: z.string().regex(/^[\w-]{1,100}$/), sizeBytes: z.int().positive() })
      .optional(),
  }),
  z.object({
    kind: z.literal("url"),
    url: z.string(),
    key: z.string(),
    /** Bytes that the workspace's storage quota has room for. Default: any number. */
    maxBytes: z.int().nonnegative().optional(),
  }),
]);
export type InputRef = z.infer<typeof InputRef>;

/** A task to do, with everything that a worker needs. */
export const TaskRequested = z.object({
  type: z.literal("task.requested.v1"),
  videoId: z.uuid(),
  jobId: z.uuid(),
  taskId: z.uuid(),
  /**
   * How many attempts the task has had. An attempt repeats it in its reports and can take the lease only while it
   * is current. A canceled attempt, or one that began from an old copy of the message, therefore never holds a
   * later lease.
   */
  fencingToken: z.int32().nonnegative(),
  /** One of `kindDefinitions`, whose schema describes `params`. */
  kind: z.string().min(1).max(100),
  params: KindParams,
  /** Objects that the task reads, by role: `source`. */
  inputs: z.record(z.string(), InputRef),
  requirements: Requirements,
  /** The number of attempts that ran out of memory despite the estimate. Each doubles the next estimate. Default 0. */
  outOfMemory: z.int32().nonnegative().optional(),
  pool: z.enum(pools),
  priority: z.enum(jobPriorities),
  requestedAt: z.iso.datetime(),
});
export type TaskRequested = z.infer<typeof TaskRequested>;

/** Stops one attempt: a user canceled the job, or the attempt does not hold the lease (any longer). */
export const TaskCancelRequested = z.object({
  type: z.literal("task.cancel-requested.v1"),
  taskId: z.uuid(),
  attemptId: z.uuid(),
  workerId: z.string(),
  reason: z.enum(["CANCELED", "LEASE_LOST"]),
  /**
   * With `LEASE_LOST`: the attempt's output that the video names (`720p`, `audio`, `poster.jpg`) and that must
   * stay. The worker removes everything else below its prefix. Absent: it removes what is not finished.
   */
  keep: z.array(z.string()).optional(),
  requestedAt: z.iso.datetime(),
});
export type TaskCancelRequested = z.infer<typeof TaskCancelRequested>;
