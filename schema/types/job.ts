import { isTerminal, Profile } from "@reelay/contracts";
import type { JobStatus as Status } from "../../prisma/generated/enums.ts";
import { settlesVideo } from "../../src/database/job-kinds.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { errorOf, estimate, queuePosition, waits } from "../../src/jobs/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { JobKind, JobPriority, JobStatus, WaitCode } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { jobProgress } from "./job-progress.ts";
import { ProfileType } from "./profile.ts";
import { Task } from "./task.ts";
import { Video } from "./video.ts";

const positions = createBatch((ctx, jobIds) => queuePosition(ctx.db, jobIds));
const reasons = createBatch((ctx, jobIds) =>
  waits(ctx.db, jobIds, {
    now: ctx.clock(),
    maxRunningTasks: ctx.operations.limits.runningTasks,
    gpuPatienceMs: ctx.operations.limits.gpuPatienceMs,
  }),
);
const estimates = createBatch((ctx, jobIds) => estimate(ctx.db, jobIds, ctx.clock()));

/** Tasks of a job in one answer. */
const mostTasks = 1_000;

function taskCount(first: number | null | undefined): number {
  const count = first ?? mostTasks;
  if (count >= 0 && count <= mostTasks) return count;
  throw new InvalidInputError(
    "PAGE_SIZE_INVALID",
    "first",
    `first: of a job's tasks 0 to ${mostTasks} are given, not ${count}. Ask for ${mostTasks} at most, or for those in one \`status\`.`,
  );
}

const TaskCount = builder.objectRef<{ status: Status; count: number }>("TaskCount").implement({
  description: "How many tasks of a job are in a state.",
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

export const Job = builder.prismaNode("Job", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "The persisted intention to render something for a video: what users watch, cancel, retry, prioritise.",
  select: { id: true },
  fields: (t) => ({
    kind: t.expose("kind", { type: JobKind, description: "What it does." }),
    status: t.expose("status", { type: JobStatus, description: "How far it is." }),
    priority: t.expose("priority", { type: JobPriority, description: "Which jobs go before it." }),
    profile: t.field({
      type: ProfileType,
      description: "What it renders by, as the profile was when the job was made.",
      select: { profile: true },
      resolve: (job) => Profile.parse(job.profile),
    }),
    queuePosition: t.int({
      nullable: true,
      description:
        "How many jobs are likely to go first, plus one: 1 is next. By lane, then by turns of the workspaces, then first come. Null unless it waits for a worker.",
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
      description: "What it waits for, to switch on; null once it runs.",
      select: { id: true, status: true },
      resolve: async (job, _args, ctx) =>
        isTerminal(job.status) ? null : ((await reasons(ctx, job.id))?.code ?? null),
    }),
    etaMs: t.field({
      type: "SafeInt",
      nullable: true,
      description:
        "Milliseconds until it is likely to end. A running job goes by its slowest variant, a waiting one by its place, the slots that are there and how long jobs took lately. Null while there is nothing to go by.",
      select: { id: true, status: true },
      resolve: async (job, _args, ctx) => (isTerminal(job.status) ? null : await estimates(ctx, job.id)),
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Why it was given up, when it is FAILED.",
      select: { error: true },
      resolve: errorOf,
    }),
    variantNames: t.stringList({
      nullable: true,
      description: "The variants that it is for; null for all of the profile that the source allows.",
      select: { onlyVariants: true },
      resolve: ({ onlyVariants }) => (onlyVariants.length === 0 ? null : onlyVariants),
    }),
    isSuperseded: t.exposeBoolean("isSuperseded", {
      description: "Whether a newer job of the video and of this kind exists.",
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was requested." }),
    queuedAt: t.expose("queuedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was ready for a worker; null before.",
    }),
    startedAt: t.expose("startedAt", {
      type: "DateTime",
      nullable: true,
      description: "When a worker first took it; null before.",
    }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it succeeded, failed or was canceled; null before.",
    }),
    cancelRequestedAt: t.expose("cancelRequestedAt", {
      type: "DateTime",
      nullable: true,
      description: "When cancellation was requested. A running job stops shortly after.",
    }),
    video: t.relation("video", { type: Video, description: "The video that it renders." }),
    progress: t.float({
      nullable: true,
      description:
        "How far its variants are together, 0 to 1, weighted by pixels; 1 once it SUCCEEDED. Null once a newer job makes them, and of one that makes none until it SUCCEEDED.",
      select: { id: true, kind: true, status: true, isSuperseded: true },
      resolve: async ({ id, kind, status, isSuperseded }, _args, ctx) => {
        if (status === "SUCCEEDED") return 1;
        if (!settlesVideo(kind)) return null;
        return isSuperseded ? null : ((await jobProgress(ctx, id)) ?? null);
      },
    }),
    tasks: t.relation("tasks", {
      type: Task,
      description:
        "Its parts, in the order in which they are due: one for a short video, hundreds for a long one. At most 1,000.",
      args: {
        first: t.arg.int({ defaultValue: mostTasks, description: `So many at most: 0 to ${mostTasks}.` }),
        status: t.arg({ type: JobStatus, description: "In this state only." }),
      },
      query: ({ first, status }) => ({
        ...(status != null && { where: { status } }),
        orderBy: [{ isRest: "asc" }, { dueAt: { sort: "asc", nulls: "last" } }, { id: "asc" }],
        take: taskCount(first),
      }),
    }),
    taskCounts: t.field({
      type: [TaskCount],
      description: "How many tasks it has, by state; states that none is in are left out.",
      select: { id: true },
      resolve: async (job, _args, ctx) => (await taskCounts(ctx, job.id)) ?? [],
    }),
  }),
});

// Said here because the two types name each other.
builder.prismaObjectField(Job, "retryOf", (t) =>
  t.relation("retryOf", { type: Job, nullable: true, description: "The job that it repeats." }),
);

export const JobConnection = builder.connectionObject(
  { type: Job, name: "JobConnection", description: "A page of a list of jobs." },
  { name: "JobEdge", description: "A job and its position in a list." },
);
