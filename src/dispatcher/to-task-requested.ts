import {
  type InputRef,
  type KindParams,
  type Pool,
  Requirements,
  type TaskRequested,
} from "@reelay/contracts";
import type { TaskWithAll } from "../jobs/index.ts";

/** The message of a task: everything that its worker needs. */
export function toTaskRequested(
  task: TaskWithAll,
  {
    kind,
    params,
    roomBytes,
    expectedMs,
    isExpress = false,
  }: {
    kind: string;
    params: KindParams;
    /** Room in the workspace's storage quota. Default: unlimited. */
    roomBytes?: number | undefined;
    /** Default: unknown. */
    expectedMs?: number | undefined;
    /** Default false. */
    isExpress?: boolean | undefined;
  },
  now: Date,
): TaskRequested {
  const { job, outOfMemory } = task;
  return {
    type: "task.requested.v1",
    videoId: job.videoId,
    jobId: job.id,
    taskId: task.id,
    fencingToken: task._count.attempts,
    kind,
    params,
    inputs: { source: toInput(job, roomBytes) },
    requirements: Requirements.parse(task.requirements),
    ...(outOfMemory > 0 && { outOfMemory }),
    pool: task.pool.toLowerCase() as Pool,
    ...(isExpress && { isExpress }),
    priority: job.priority,
    ...(expectedMs !== undefined && { expectedMs }),
    requestedAt: now.toISOString(),
  };
}

/**
 * A worker reports a URL's source when its download begins and stores it at the end. So the object is certain
 * only once the whole source was read (`hash`), or the job was split, which waits for the object. Until then
 * a worker receives the URL, and uses the object if it exists.
 */
function toInput({ plan, video: { source } }: TaskWithAll["job"], roomBytes: number | undefined): InputRef {
  if (source === null) throw new Error("A video without a source has nothing to render.");
  const { objectKey: key, url, receivedAt, hash, kind, videoId: uploadId, sizeBytes } = source;
  if (kind === "UPLOAD" && receivedAt === null && sizeBytes !== null)
    return { kind: "object", key, arriving: { uploadId, sizeBytes: Number(sizeBytes) } };
  const isStored = receivedAt !== null && (hash !== null || plan !== null);
  if (url === null || isStored) return { kind: "object", key };
  return { kind: "url", url, key, ...(roomBytes !== undefined && { maxBytes: roomBytes }) };
}
