import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { type PoolOverview, queueOverview } from "../operations.ts";
import { Pool } from "./enums.ts";

const QueuePool = builder.objectRef<PoolOverview>("QueuePool").implement({
  description: "The part of the queue that one kind of worker takes from.",
  fields: (t) => ({
    pool: t.field({ type: Pool, description: "The kind of worker.", resolve: ({ pool }) => pool }),
    queued: t.exposeInt("queued", { description: "Jobs of this workspace that wait for a worker." }),
    running: t.exposeInt("running", { description: "Jobs of this workspace that a worker is at." }),
    oldestQueuedAt: t.expose("oldestQueuedAt", {
      type: "DateTime",
      nullable: true,
      description: "Since when the one that has waited longest waits; null when none does.",
    }),
  }),
});

const Queue = builder.objectRef<{ pools: readonly PoolOverview[] }>("Queue").implement({
  description: "What waits and what runs, in this workspace.",
  fields: (t) => ({
    queued: t.int({
      description: "Jobs that wait for a worker.",
      resolve: ({ pools }) => pools.reduce((sum, { queued }) => sum + queued, 0),
    }),
    running: t.int({
      description: "Jobs that a worker is at.",
      resolve: ({ pools }) => pools.reduce((sum, { running }) => sum + running, 0),
    }),
    pools: t.field({
      type: [QueuePool],
      description: "The same by the kind of worker.",
      resolve: ({ pools }) => pools,
    }),
  }),
});

builder.queryField("queue", (t) =>
  t.field({
    type: Queue,
    description: "What waits and what runs, in this workspace.",
    resolve: async (_root, _args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      return { pools: await queueOverview(ctx.db, workspaceId) };
    },
  }),
);
