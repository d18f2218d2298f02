import { Requirements } from "@reelay/contracts";
import { rendersEdition, settlesVideo, type TaskKind as TaskKindName } from "../../src/database/index.ts";
import { taskScope } from "../../src/kinds/index.ts";
import { taskFraction } from "../../src/progress/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { Attempt } from "./attempt.ts";
import { JobStatus, Pool, TaskKind } from "./enums.ts";
import { jobProgress } from "./job-progress.ts";
import { Variant } from "./variant.ts";

/** What `taskScope` reads. */
const scopeFields = {
  kind: true,
  params: true,
  job: { select: { plan: true, onlyVariants: true } },
} as const;

export const Task = builder.prismaNode("Task", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, job: { workspaceId: workspaceOf(ctx) } }),
  description: "A unit of work of a job, done by one worker in one attempt.",
  select: { id: true },
  fields: (t) => ({
    kind: t.field({
      type: TaskKind,
      description: "What it does.",
      select: { kind: true },
      resolve: ({ kind }) => kind as TaskKindName,
    }),
    pool: t.expose("pool", { type: Pool, description: "Kind of worker that it may run on." }),
    status: t.expose("status", { type: JobStatus, description: "Status of the task." }),
    tries: t.exposeInt("tries", { description: "Number of attempts, without interrupted ones." }),
    maxTries: t.exposeInt("maxTries", { description: "Maximum number of attempts." }),
    needsMemoryBytes: t.field({
      type: "SafeInt",
      nullable: true,
      description:
        "Memory of a worker that fits it, in bytes. Null unless a worker with too little memory returned it, which uses no try.",
      select: { requirements: true },
      resolve: ({ requirements }) => Requirements.parse(requirements).memoryBytes ?? null,
    }),
    availableAt: t.expose("availableAt", {
      type: "DateTime",
      description: "Earliest time of the next attempt.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the task was created." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it succeeded, failed or was canceled. Null before.",
    }),
    startMs: t.int({
      description: "Start of its part of the timeline, in milliseconds.",
      select: scopeFields,
      resolve: (task) => taskScope(task).startMs,
    }),
    endMs: t.int({
      nullable: true,
      description: "End of its part of the timeline, in milliseconds. Null: the end of the video.",
      select: scopeFields,
      resolve: (task) => taskScope(task).endMs,
    }),
    dueAt: t.expose("dueAt", {
      type: "DateTime",
      nullable: true,
      description:
        "When a viewer who started with the job would need its output; orders it among other tasks. Null until it is queued.",
    }),
    progress: t.float({
      description: "Progress of its part, 0 to 1, a moment old. 1 once it SUCCEEDED.",
      select: {
        status: true,
        progress: true,
        jobId: true,
        job: { select: { plan: true, kind: true } },
      },
      resolve: async ({ status, progress, jobId, job }, _args, ctx) => {
        if (status === "SUCCEEDED") return 1;
        if (rendersEdition(job.kind)) return taskFraction(progress);
        if (!settlesVideo(job.kind)) return 0;
        if (progress !== null || job.plan !== null) return taskFraction(progress);
        // The only task of a job takes its progress from the variants.
        return (await jobProgress(ctx, jobId)) ?? 0;
      },
    }),
    variants: t.field({
      type: [Variant],
      description:
        "The variants that it renders, smallest first. Empty until the source is probed, and for audio, downloads, posters and previews.",
      // A first task renders all variants of its job in one pass, a chunk those that it names.
      select: (_args, _ctx, nestedSelection) => ({
        ...scopeFields,
        job: {
          select: {
            ...scopeFields.job.select,
            video: {
              select: {
                variants: nestedSelection({ orderBy: { position: "asc" }, select: { id: true, name: true } }),
              },
            },
          },
        },
      }),
      resolve: (task) => {
        const { makes } = taskScope(task);
        return task.job.video.variants.filter(({ name }) => makes(name));
      },
    }),
    attempts: t.relation("attempts", {
      type: Attempt,
      description: "Its attempts, first to last.",
      query: { orderBy: { number: "asc" } },
    }),
  }),
});
