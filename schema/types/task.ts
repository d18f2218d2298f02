import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { isFor } from "../operations.ts";
import { Attempt } from "./attempt.ts";
import { JobStatus, Pool, TaskKind } from "./enums.ts";
import { Variant } from "./variant.ts";

export const Task = builder.prismaNode("Task", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, job: { workspaceId: workspaceOf(ctx) } }),
  description: "One message's worth of a job, done by one worker in one attempt.",
  select: { id: true },
  fields: (t) => ({
    kind: t.expose("kind", { type: TaskKind, description: "What it does." }),
    pool: t.expose("pool", { type: Pool, description: "The kind of worker that it may run on." }),
    status: t.expose("status", { type: JobStatus, description: "How far it is." }),
    tries: t.exposeInt("tries", { description: "Attempts that counted; interrupted ones do not." }),
    maxTries: t.exposeInt("maxTries", { description: "Attempts after which it is given up." }),
    availableAt: t.expose("availableAt", {
      type: "DateTime",
      description: "Not sent to a worker before: the pause between two attempts.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it succeeded, failed or was canceled; null before.",
    }),
    variants: t.field({
      type: [Variant],
      description: "The variants that it makes, smallest first. Empty until the source was probed.",
      // One task makes all variants of its video from one decode.
      select: (_args, _ctx, nestedSelection) => ({
        job: {
          select: {
            onlyVariants: true,
            video: {
              select: {
                variants: nestedSelection({ orderBy: { position: "asc" }, select: { id: true, name: true } }),
              },
            },
          },
        },
      }),
      resolve: ({ job }) => job.video.variants.filter(({ name }) => isFor(job, name)),
    }),
    attempts: t.relation("attempts", {
      type: Attempt,
      description: "Its tries, first to last.",
      query: { orderBy: { number: "asc" } },
    }),
  }),
});
