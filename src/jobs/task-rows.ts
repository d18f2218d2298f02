import type { Prisma } from "../../prisma/generated/client.ts";

/** The rows that a task's message is made from. */
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

/** Sources of at most this many milliseconds are one task. */
export interface SplitLimits {
  wholeUpToMs: number;
}
