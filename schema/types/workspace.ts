import { readQuotas } from "../../src/quotas/index.ts";
import { builder } from "../builder.ts";
import { isOperator, workspaceOf } from "../context.ts";
import { PlaybackPolicy } from "./enums.ts";
import { Quota } from "./quota.ts";

export const Workspace = builder.prismaNode("Workspace", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => (isOperator(ctx) ? { id } : { id, AND: { id: workspaceOf(ctx) } }),
  description:
    "What everything belongs to; nothing of another can be seen. The operator sees the names and quotas of all.",
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString("name", { description: "For people." }),
    quotas: t.field({
      type: [Quota],
      description: "What it has, and may have.",
      select: { id: true },
      resolve: ({ id }, _args, ctx) => readQuotas(ctx.operations, id),
    }),
    defaultPlaybackPolicy: t.expose("playbackPolicy", {
      type: PlaybackPolicy,
      description: "The playback policy of new videos that do not name one.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
  }),
});
