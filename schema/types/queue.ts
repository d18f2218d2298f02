import {
  type LaneOverview,
  type PoolOverview,
  pauseQueue,
  queueOverview,
  resumeQueue,
} from "../../src/jobs/index.ts";
import { readQuotas } from "../../src/quotas/index.ts";
import { readSlots } from "../../src/workers/index.ts";
import { builder } from "../builder.ts";
import { type Context, isOperator, viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { JobPriority, Pool } from "./enums.ts";
import { Quota } from "./quota.ts";

const QueueLane = builder.objectRef<LaneOverview>("QueueLane").implement({
  description: "The part of a pool's queue that has one priority.",
  fields: (t) => ({
    priority: t.field({ type: JobPriority, description: "The lane.", resolve: ({ priority }) => priority }),
    queued: t.exposeInt("queued", { description: "Tasks of this workspace that wait in it." }),
    running: t.exposeInt("running", { description: "Tasks of this workspace from it that a worker is at." }),
    oldestQueuedAt: t.expose("oldestQueuedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the oldest waiting task was queued. Null if none waits.",
    }),
  }),
});

const QueuePool = builder
  .objectRef<PoolOverview & { workers: number; slots: number; idleSlots: number }>("QueuePool")
  .implement({
    description: "The part of the queue that one kind of worker takes from.",
    fields: (t) => ({
      pool: t.field({ type: Pool, description: "The kind of worker.", resolve: ({ pool }) => pool }),
      queued: t.exposeInt("queued", { description: "Tasks of this workspace that wait for a worker." }),
      running: t.exposeInt("running", { description: "Tasks of this workspace that a worker is at." }),
      oldestQueuedAt: t.expose("oldestQueuedAt", {
        type: "DateTime",
        nullable: true,
        description: "When the oldest waiting task was queued. Null if none waits.",
      }),
      lanes: t.field({
        type: [QueueLane],
        description: "The same by priority, those that come first in front.",
        resolve: ({ lanes }) => lanes,
      }),
      workers: t.int({
        nullable: true,
        description: "Workers of this kind, for all workspaces. Null without the scope OPERATOR.",
        resolve: ({ workers }, _args, ctx) => (isOperator(ctx) ? workers : null),
      }),
      slots: t.int({
        nullable: true,
        description: "Tasks that they can run at the same time. Null without the scope OPERATOR.",
        resolve: ({ slots }, _args, ctx) => (isOperator(ctx) ? slots : null),
      }),
      idleSlots: t.int({
        nullable: true,
        description: "How many more tasks they could run now. Null without the scope OPERATOR.",
        resolve: ({ idleSlots }, _args, ctx) => (isOperator(ctx) ? idleSlots : null),
      }),
    }),
  });

const emptyPool = (pool: PoolOverview["pool"]): PoolOverview => ({
  pool,
  queued: 0,
  running: 0,
  oldestQueuedAt: null,
  lanes: [],
});

interface QueueModel {
  workspaceId: string;
  pools: readonly PoolOverview[];
}

const Queue = builder.objectRef<QueueModel>("Queue").implement({
  description: "What waits and what runs, in this workspace.",
  fields: (t) => ({
    queued: t.int({
      description: "Tasks that wait for a worker.",
      resolve: ({ pools }) => pools.reduce((sum, { queued }) => sum + queued, 0),
    }),
    running: t.int({
      description: "Tasks that a worker is at.",
      resolve: ({ pools }) => pools.reduce((sum, { running }) => sum + running, 0),
    }),
    pools: t.field({
      type: [QueuePool],
      description: "The same by the kind of worker.",
      resolve: async ({ pools }, _args, ctx) => {
        const slots = await readSlots(ctx.db, ctx.clock());
        const names = new Set([...slots.keys(), ...pools.map(({ pool }) => pool)]);
        return [...names].sort().map((pool) => {
          const overview = pools.find((known) => known.pool === pool) ?? emptyPool(pool);
          const { workers = 0, slots: all = 0, idle: idleSlots = 0 } = slots.get(pool) ?? {};
          return Object.assign(overview, { workers, slots: all, idleSlots });
        });
      },
    }),
    pausedAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "Since when nothing new of the workspace is given to workers; null when it is not paused.",
      resolve: async ({ workspaceId }, _args, ctx) =>
        (await ctx.db.workspace.findUniqueOrThrow({ where: { id: workspaceId } })).pausedAt,
    }),
    quotas: t.field({
      type: [Quota],
      description: "What the workspace has, and may have.",
      resolve: ({ workspaceId }, _args, ctx) => readQuotas(ctx.operations, workspaceId),
    }),
  }),
});

async function readQueueOf(ctx: Context): Promise<QueueModel> {
  const { workspaceId } = viewerWith(ctx, "READ");
  return { workspaceId, pools: await queueOverview(ctx.db, workspaceId) };
}

builder.queryField("queue", (t) =>
  t.field({
    type: Queue,
    description: "What waits and what runs, in this workspace.",
    resolve: (_root, _args, ctx) => readQueueOf(ctx),
  }),
);

builder.mutationField("pauseQueue", (t) =>
  t.field({
    type: Queue,
    errors: mayFailWith(),
    description:
      "Gives nothing new of the workspace to workers until `resumeQueue`; what runs goes on. Needs ADMIN. Safe to repeat.",
    resolve: async (_root, _args, ctx) => {
      await pauseQueue(ctx.operations, viewerWith(ctx, "ADMIN"));
      return readQueueOf(ctx);
    },
  }),
);

builder.mutationField("resumeQueue", (t) =>
  t.field({
    type: Queue,
    errors: mayFailWith(),
    description: "Lets a paused queue go on. Needs ADMIN. Safe to repeat.",
    resolve: async (_root, _args, ctx) => {
      await resumeQueue(ctx.operations, viewerWith(ctx, "ADMIN"));
      return readQueueOf(ctx);
    },
  }),
);
