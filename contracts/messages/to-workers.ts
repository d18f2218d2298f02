import { z } from "zod";
import { KindParams, MAX_DATA_BYTES, MAX_TOOLS, Requirements, toolName } from "../kinds/index.ts";
import { StillsRequest } from "../source-check.ts";
import { jobPriorities, pools } from "../states.ts";

/**
 * An object that a task reads. It is in the store, or must first be fetched from a URL and stored under
 * `key`. `arriving`: its upload is still running, and enough has arrived to start. The worker then reads the
 * partial file (`ObjectStore.arrivingPath`), unless the object is already in the store.
 */
export const InputRef = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("object"),
    key: z.string(),
    /** With its expected size. */
    arriving: z
      .object({ uploadId: z.string().regex(/^[\w-]{1,100}$/), sizeBytes: z.int().positive() })
      .optional(),
  }),
  z.object({
    kind: z.literal("url"),
    url: z.string(),
    key: z.string(),
    /** Bytes left in the workspace's storage quota. Default: unlimited. */
    maxBytes: z.int().nonnegative().optional(),
  }),
]);
export type InputRef = z.infer<typeof InputRef>;

/** A task, with everything that a worker needs. */
export const TaskRequested = z.object({
  type: z.literal("task.requested.v1"),
  videoId: z.uuid(),
  jobId: z.uuid(),
  taskId: z.uuid(),
  /**
   * Number of attempts of the task so far. An attempt repeats it in its reports and can take the lease only
   * while it is current. A canceled attempt, or one that started from an old copy of the message, therefore
   * never holds a later lease.
   */
  fencingToken: z.int32().nonnegative(),
  /** A name in `kindDefinitions`, whose schema describes `params`. */
  kind: z.string().min(1).max(100),
  params: KindParams,
  /** Input objects by role: `source`. */
  inputs: z.record(z.string(), InputRef),
  requirements: Requirements,
  /**
   * Number of attempts that ran out of memory despite the estimate. Each doubles the next estimate. Default
   * 0.
   */
  outOfMemory: z.int32().nonnegative().optional(),
  pool: z.enum(pools),
  /**
   * A first task for which no slot is free. Its worker runs it besides its slots, does only what lets the
   * video play early, and returns the rest. Default false.
   */
  isExpress: z.literal(true).optional(),
  priority: z.enum(jobPriorities),
  /**
   * How long nine of ten recent tasks like it took, in milliseconds. A worker whose machine ends earlier
   * returns it. Absent: too few have ended.
   */
  expectedMs: z.int().nonnegative().optional(),
  requestedAt: z.iso.datetime(),
});
export type TaskRequested = z.infer<typeof TaskRequested>;

/** Stops one attempt: a user canceled the job, or the attempt does not hold the lease. */
export const TaskCancelRequested = z.object({
  type: z.literal("task.cancel-requested.v1"),
  taskId: z.uuid(),
  attemptId: z.uuid(),
  workerId: z.string(),
  reason: z.enum(["CANCELED", "LEASE_LOST"]),
  /**
   * With `LEASE_LOST`: the attempt's outputs that the video uses (`720p`, `audio`, `poster.jpg`) and that
   * must stay. The worker removes everything else below its prefix. Absent: it removes unfinished outputs.
   */
  keep: z.array(z.string()).optional(),
  requestedAt: z.iso.datetime(),
});
export type TaskCancelRequested = z.infer<typeof TaskCancelRequested>;

/** Asks a worker that offers `kind` to check a script or data without making a video of it. */
export const SourceCheckRequested = z.object({
  type: z.literal("source.check-requested.v1"),
  checkId: z.uuid(),
  /** The kind that would draw it. */
  kind: z.string().min(1).max(100),
  /** The whole text of the script, or of the data as JSON: it is small. */
  script: z.string().max(MAX_DATA_BYTES),
  /** Whether the data is a list with the data of many videos. Absent: of one. */
  hasRows: z.literal(true).optional(),
  /** How it is drawn, as the kind defines it. */
  settings: KindParams,
  /** Further programs that it needs, as in `Requirements.tools`. Absent: none. */
  tools: z.array(toolName).min(1).max(MAX_TOOLS).optional(),
  /** Pictures that are drawn. Absent: none. */
  stills: StillsRequest.optional(),
  requestedAt: z.iso.datetime(),
});
export type SourceCheckRequested = z.infer<typeof SourceCheckRequested>;
