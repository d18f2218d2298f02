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
  description: "The part of a pool's queue with one priority.",
  fields: (t) => ({
    priority: t.field({ type: JobPriority, description: "The lane.", resolve: ({ priority }) => priority }),
    queued: t.exposeInt("queued", { description: "Waiting tasks of this workspace." }),
    running: t.exposeInt("running", { description: "Running tasks of this workspace." }),
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
    description: "The part of the queue for one kind of worker.",
    fields: (t) => ({
      pool: t.field({ type: Pool, description: "Kind of worker.", resolve: ({ pool }) => pool }),
      queued: t.exposeInt("queued", { description: "Waiting tasks of this workspace." }),
      running: t.exposeInt("running", { description: "Running tasks of this workspace." }),
      oldestQueuedAt: t.expose("oldestQueuedAt", {
        type: "DateTime",
        nullable: true,
        description: "When the oldest waiting task was queued. Null if none waits.",
      }),
      lanes: t.field({
        type: [QueueLane],
        description: "The pool by priority, highest first.",
        resolve: ({ lanes }) => lanes,
      }),
      workers: t.int({
        nullable: true,
        description: "Number of workers, for all workspaces. Null without the scope OPERATOR.",
        resolve: ({ workers }, _args, ctx) => (isOperator(ctx) ? workers : null),
      }),
      slots: t.int({
        nullable: true,
        description: "Number of tasks that they can run at the same time. Null without the scope OPERATOR.",
        resolve: ({ slots }, _args, ctx) => (isOperator(ctx) ? slots : null),
      }),
      idleSlots: t.int({
        nullable: true,
        description: "Number of free slots. Null without the scope OPERATOR.",
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
  description: "Waiting and running tasks of this workspace.",
  fields: (t) => ({
    queued: t.int({
      description: "Waiting tasks.",
      resolve: ({ pools }) => pools.reduce((sum, { queued }) => sum + queued, 0),
    }),
    running: t.int({
      description: "Running tasks.",
      resolve: ({ pools }) => pools.reduce((sum, { running }) => sum + running, 0),
    }),
    pools: t.field({
      type: [QueuePool],
      description: "The queue by kind of worker.",
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
      description: "When the queue was paused. Null if it is not paused.",
      resolve: async ({ workspaceId }, _args, ctx) =>
        (await ctx.db.workspace.findUniqueOrThrow({ where: { id: workspaceId } })).pausedAt,
    }),
    quotas: t.field({
      type: [Quota],
      description: "Usage and limits of the workspace.",
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
    description: "Waiting and running tasks of this workspace.",
    resolve: (_root, _args, ctx) => readQueueOf(ctx),
  }),
);

builder.mutationField("pauseQueue", (t) =>
  t.field({
    type: Queue,
    errors: mayFailWith(),
    description:
      "Pauses the workspace's queue: no task starts until `resumeQueue`, but running tasks continue. Safe to repeat. Requires the scope ADMIN.",
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
    description: "Resumes a paused queue. Safe to repeat. Requires the scope ADMIN.",
    resolve: async (_root, _args, ctx) => {
      await resumeQueue(ctx.operations, viewerWith(ctx, "ADMIN"));
      return readQueueOf(ctx);
    },
  }),
);
