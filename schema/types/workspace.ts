import { readQuotas } from "../../src/quotas/index.ts";
import { builder } from "../builder.ts";
import { isOperator, workspaceOf } from "../context.ts";
import { PlaybackPolicy, WorkerRealm } from "./enums.ts";
import { Quota } from "./quota.ts";
import { SpendType, spendOf } from "./spend.ts";

export const Workspace = builder.prismaNode("Workspace", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => (isOperator(ctx) ? { id } : { id, AND: { id: workspaceOf(ctx) } }),
  description:
    "An isolated tenant: every object belongs to one workspace, and no other can see it. Operators see the names and quotas of all.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("name", { description: "For people." }),
    quotas: t.field({
      type: [Quota],
      description: "Usage and limits.",
      select: { id: true },
      resolve: ({ id }, _args, ctx) => readQuotas(ctx.operations, id),
    }),
    spend: t.field({
      type: SpendType,
      description: "What its ended attempts cost, those of deleted videos included.",
      select: { id: true },
      resolve: ({ id }, _args, ctx) => spendOf(ctx, id),
    }),
    defaultPlaybackPolicy: t.expose("playbackPolicy", {
      type: PlaybackPolicy,
      description: "Playback policy of new videos that set none.",
    }),
    blockedWords: t.exposeStringList("blockedWords", {
      description: "Words and phrases that no question of it may contain.",
    }),
    workerRealms: t.expose("workerRealms", {
      type: [WorkerRealm],
      description: "Whose machines may render its videos, and so read its sources.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the workspace was created." }),
  }),
});
