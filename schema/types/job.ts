import { isTerminal, Profile } from "@reelay/contracts";
import type { JobStatus as Status } from "../../prisma/generated/enums.ts";
import { type JobKind as JobKindName, rendersEdition, settlesVideo } from "../../src/database/index.ts";
import { InvalidInputError } from "../../src/errors/index.ts";
import { errorOf, estimate, queuePosition, type Reuse, readReuse, waits } from "../../src/jobs/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { connectionOf } from "../lists.ts";
import { CostType, jobCosts } from "./cost.ts";
import { JobKind, JobPriority, JobStatus, WaitCode } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { editionProgress, jobProgress } from "./job-progress.ts";
import { ProfileType } from "./profile.ts";
import { Task } from "./task.ts";
import { Video } from "./video.ts";

const positions = createBatch((ctx, jobIds) => queuePosition(ctx.db, jobIds));
const reasons = createBatch((ctx, jobIds) =>
  waits(ctx.db, jobIds, {
    now: ctx.clock(),
    maxRunningTasks: ctx.operations.limits.runningTasks,
    gpuPatienceMs: ctx.operations.limits.gpuPatienceMs,
    budgets: ctx.operations.budgets,
    offers: ctx.operations.offers,
  }),
);
const estimates = createBatch((ctx, jobIds) => estimate(ctx.db, jobIds, ctx.clock()));

/** Maximum number of tasks per answer. */
const MOST_TASKS = 1_000;

function taskCount(first: number | null | undefined): number {
  const count = first ?? MOST_TASKS;
  if (count >= 0 && count <= MOST_TASKS) return count;
  throw new InvalidInputError(
    "PAGE_SIZE_INVALID",
    "first",
    `first: at most ${MOST_TASKS} tasks of a job can be read, not ${count}. Request fewer, or only those with one \`status\`.`,
  );
}

const TaskCount = builder.objectRef<{ status: Status; count: number }>("TaskCount").implement({
  description: "Number of a job's tasks with a status.",
  fields: (t) => ({
    status: t.expose("status", { type: JobStatus, description: "The state." }),
    count: t.exposeInt("count", { description: "Tasks in it." }),
  }),
});

const taskCounts = createBatch(async (ctx, jobIds) => {
  const groups = await ctx.db.task.groupBy({
    by: ["jobId", "status"],
    where: { jobId: { in: [...jobIds] } },
    orderBy: { status: "asc" },
    _count: true,
  });
  const counts = groups.map(({ jobId, status, _count: count }) => ({ jobId, status, count }));
  return Map.groupBy(counts, ({ jobId }) => jobId);
});

const reuses = createBatch((ctx, jobIds) => readReuse(ctx.db, jobIds));

const JobReuse = builder.objectRef<Reuse>("JobReuse").implement({
  description: "What a job has drawn of a script or a template, and what it has copied from other videos.",
  fields: (t) => ({
    chunks: t.exposeInt("chunks", { description: "Number of its finished chunks." }),
    copied: t.exposeInt("copied", {
      description: "Of these, the number that was copied: they show the same as in another video.",
    }),
    drawn: t.exposeInt("drawn", { description: "Of these, the number that was drawn and encoded." }),
    savedCpuSeconds: t.exposeFloat("savedCpuSeconds", {
      nullable: true,
      description:
        "Processor time that the copied chunks took where they were drawn, in seconds: an estimate. Null if that video has been deleted or was not measured.",
    }),
    spokenCharacters: t.int({
      nullable: true,
      description:
        "Characters of the texts that a voice spoke for it. Null without narration, and before its end.",
      resolve: ({ speech }) => speech?.spokenCharacters ?? null,
    }),
    reusedCharacters: t.int({
      nullable: true,
      description:
        "Characters of the texts that were spoken before, in a video of the workspace or in this one. Null without narration, and before its end.",
      resolve: ({ speech }) => speech?.reusedCharacters ?? null,
    }),
  }),
});

export const Job = builder.prismaNode("Job", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "A persisted request to render something for a video. Users can watch, cancel, retry and prioritize it.",
  select: { id: true },
  fields: (t) => ({
    kind: t.field({
      type: JobKind,
      description: "What it does.",
      select: { kind: true },
      resolve: ({ kind }) => kind as JobKindName,
    }),
    status: t.expose("status", { type: JobStatus, description: "Status of the job." }),
    priority: t.expose("priority", { type: JobPriority, description: "Priority of the job." }),
    profile: t.field({
      type: ProfileType,
      description: "The profile, as it was when the job was created.",
      select: { profile: true },
      resolve: (job) => Profile.parse(job.profile),
    }),
    queuePosition: t.int({
      nullable: true,
      description:
        "Likely position in the queue; 1 is next. Depends on lanes, fairness between workspaces, and age. Null unless it waits for a worker.",
      select: { id: true, status: true },
      resolve: async (job, _args, ctx) =>
        job.status === "QUEUED" || job.status === "PENDING" ? await positions(ctx, job.id) : null,
    }),
    waitReason: t.string({
      nullable: true,
      description: "Explains what the job waits for. Null once it runs.",
      select: { id: true, status: true },
      resolve: async (job, _args, ctx) =>
        isTerminal(job.status) ? null : ((await reasons(ctx, job.id))?.reason ?? null),
    }),
    waitCode: t.field({
      type: WaitCode,
      nullable: true,
      description: "What the job waits for, as a code. Null once it runs.",
      select: { id: true, status: true },
      resolve: async (job, _args, ctx) =>
        isTerminal(job.status) ? null : ((await reasons(ctx, job.id))?.code ?? null),
    }),
    etaMs: t.field({
      type: "SafeInt",
      nullable: true,
      description:
        "Estimated milliseconds until the job ends. For a running job, from its slowest variant; for a waiting one, from its position, the available slots and recent durations. Null if unknown.",
      select: { id: true, status: true },
      resolve: async (job, _args, ctx) => (isTerminal(job.status) ? null : await estimates(ctx, job.id)),
    }),
    cost: t.field({
      type: CostType,
      nullable: true,
      description: "What its attempts cost so far. Null if none ran on a machine with a price.",
      select: { id: true },
      resolve: async ({ id }, _args, ctx) => (await jobCosts(ctx, id)) ?? null,
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Error of a FAILED job.",
      select: { error: true },
      resolve: errorOf,
    }),
    variantNames: t.stringList({
      nullable: true,
      description: "Names of the variants that it renders. Null: all of the profile that the source allows.",
      select: { onlyVariants: true },
      resolve: ({ onlyVariants }) => (onlyVariants.length === 0 ? null : onlyVariants),
    }),
    isSuperseded: t.exposeBoolean("isSuperseded", {
      description: "Whether a newer job of the same kind exists for the video.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the job was requested." }),
    queuedAt: t.expose("queuedAt", {
      type: "DateTime",
      nullable: true,
      description: "When the job became ready for a worker. Null before.",
    }),
    startedAt: t.expose("startedAt", {
      type: "DateTime",
      nullable: true,
      description: "When a worker first started it. Null before.",
    }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it succeeded, failed or was canceled. Null before.",
    }),
    cancelRequestedAt: t.expose("cancelRequestedAt", {
      type: "DateTime",
      nullable: true,
      description: "When cancellation was requested. A running job stops shortly after.",
    }),
    video: t.relation("video", { type: Video, description: "The video." }),
    progress: t.float({
      nullable: true,
      description:
        "Combined progress of its variants, 0 to 1, weighted by pixels. 1 once it SUCCEEDED. Null if a newer job renders them. A job without variants has null until it SUCCEEDED.",
      select: { id: true, kind: true, status: true, isSuperseded: true },
      resolve: async ({ id, kind, status, isSuperseded }, _args, ctx) => {
        if (status === "SUCCEEDED") return 1;
        if (rendersEdition(kind)) return (await editionProgress(ctx, id)) ?? 0;
        if (!settlesVideo(kind)) return null;
        return isSuperseded ? null : ((await jobProgress(ctx, id)) ?? null);
      },
    }),
    tasks: t.relation("tasks", {
      type: Task,
      description:
        "Its tasks in planned order: one for a short video, hundreds for a long one. At most 1,000.",
      args: {
        first: t.arg.int({ defaultValue: MOST_TASKS, description: `Maximum number: 0 to ${MOST_TASKS}.` }),
        status: t.arg({ type: JobStatus, description: "Only tasks with this status." }),
      },
      query: ({ first, status }) => ({
        ...(status != null && { where: { status } }),
        orderBy: [{ isRest: "asc" }, { dueAt: { sort: "asc", nulls: "last" } }, { id: "asc" }],
        take: taskCount(first),
      }),
    }),
    reuse: t.field({
      type: JobReuse,
      nullable: true,
      description: "What it has copied from other videos. Null before its first finished chunk.",
      select: { id: true },
      resolve: (job, _args, ctx) => reuses(ctx, job.id),
    }),
    taskCounts: t.field({
      type: [TaskCount],
      description: "Number of tasks by status, without statuses that no task has.",
      select: { id: true },
      resolve: async (job, _args, ctx) => (await taskCounts(ctx, job.id)) ?? [],
    }),
  }),
});

// Defined here because the two types refer to each other.
builder.prismaObjectField(Job, "retryOf", (t) =>
  t.relation("retryOf", { type: Job, nullable: true, description: "The job that it repeats." }),
);

builder.prismaObjectField(Job, "dependsOn", (t) =>
  t.relation("dependsOn", {
    type: Job,
    nullable: true,
    description:
      "The job that must succeed before this one starts. If it fails or is canceled, so is this one.",
  }),
);

export const JobConnection = connectionOf(Job, "A job", "jobs");
