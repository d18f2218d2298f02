import { settlesVideo } from "../../src/database/job-kinds.ts";
import { headEndMs, isFor } from "../../src/jobs/index.ts";
import { taskFraction } from "../../src/progress/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { Attempt } from "./attempt.ts";
import { JobStatus, Pool, TaskKind } from "./enums.ts";
import { jobProgress } from "./job-progress.ts";
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
    needsMemoryBytes: t.field({
      type: "SafeInt",
      nullable: true,
      description:
        "Memory of a worker on which it fits, bytes. Null unless a worker had too little for it and handed it back, which uses no try.",
      select: { needsMemoryBytes: true },
      resolve: ({ needsMemoryBytes }) => (needsMemoryBytes === null ? null : Number(needsMemoryBytes)),
    }),
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
    startMs: t.exposeInt("startMs", {
      description: "Where on the video's timeline begins what it makes, in milliseconds.",
    }),
    endMs: t.int({
      nullable: true,
      description: "Where that ends, in milliseconds; null for the end of the video.",
      select: { kind: true, startMs: true, endMs: true, job: { select: { plan: true } } },
      resolve: ({ kind, startMs, endMs, job }) => {
        if (kind === "POSTER") return startMs;
        return kind === "RENDER" ? headEndMs(job.plan) : endMs;
      },
    }),
    dueAt: t.expose("dueAt", {
      type: "DateTime",
      nullable: true,
      description:
        "By when a viewer who began when the job did would need it: its place among others. Null until it is queued.",
    }),
    progress: t.float({
      description: "How far it is of what it makes, 0 to 1, as of a moment ago; 1 once it SUCCEEDED.",
      select: {
        status: true,
        progress: true,
        jobId: true,
        job: { select: { plan: true, kind: true } },
      },
      resolve: async ({ status, progress, jobId, job }, _args, ctx) => {
        if (status === "SUCCEEDED") return 1;
        if (!settlesVideo(job.kind)) return 0;
        if (progress !== null || job.plan !== null) return taskFraction(progress);
        // Of a job of one task only the variants tell.
        return (await jobProgress(ctx, jobId)) ?? 0;
      },
    }),
    variants: t.field({
      type: [Variant],
      description:
        "The variants that it makes, smallest first. Empty until the source was probed, for audio, and for a download, a poster, a preview.",
      // A first task makes all variants of its job from one decode, a chunk those that it names.
      select: (_args, _ctx, nestedSelection) => ({
        kind: true,
        renditions: true,
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
      resolve: ({ kind, renditions, job }) =>
        kind !== "RENDER" && kind !== "CHUNK"
          ? []
          : job.video.variants.filter(({ name }) =>
              renditions.length > 0 ? renditions.includes(name) : isFor(job, name),
            ),
    }),
    attempts: t.relation("attempts", {
      type: Attempt,
      description: "Its tries, first to last.",
      query: { orderBy: { number: "asc" } },
    }),
  }),
});
