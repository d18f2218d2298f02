import { parseTaskParams } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import { wireKindOf } from "../database/index.ts";

/** The rows from which a task's message is built. */
export const taskWithAll = {
  job: {
    include: {
      edition: true,
      video: {
        include: {
          ...{ source: true, variants: true, audioTracks: true },
          parts: { where: { startMs: 0, isComplete: true } },
        },
      },
    },
  },
  _count: { select: { attempts: true } },
} satisfies Prisma.TaskInclude;

export type TaskWithAll = Prisma.TaskGetPayload<{ include: typeof taskWithAll }>;

/**
 * A task of an edition sees the edition's source, and nothing that the published one has. Others stay as they
 * are. Pure.
 */
export function forEdition(task: TaskWithAll): TaskWithAll {
  const { job } = task;
  const { video, edition } = job;
  if (edition === null || video.source === null) return task;
  const { filename, contentType, sizeBytes, objectKey, params } = edition;
  const source = { ...video.source, filename, contentType, sizeBytes, objectKey, params, probe: null };
  const blank = { source, variants: [], audioTracks: [], parts: [], storyboard: null };
  return { ...task, job: { ...job, video: { ...video, ...blank } } };
}

/** `Task.params` of a new task, checked. */
export const taskParams = (kind: string, params: unknown): Prisma.InputJsonObject =>
  parseTaskParams(wireKindOf(kind), params) as Prisma.InputJsonObject;

/** Sources up to this many milliseconds are one task. */
export interface SplitLimits {
  wholeUpToMs: number;
}
