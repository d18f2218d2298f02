import { parseTaskParams } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import { wireKindOf } from "../database/index.ts";

/** The rows from which a task's message is built. */
export const taskWithAll = {
  job: {
    include: {
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

/** `Task.params` of a new task, checked. */
export const taskParams = (kind: string, params: unknown): Prisma.InputJsonObject =>
  parseTaskParams(wireKindOf(kind), params) as Prisma.InputJsonObject;

/** Sources up to this many milliseconds are one task. */
export interface SplitLimits {
  wholeUpToMs: number;
}
