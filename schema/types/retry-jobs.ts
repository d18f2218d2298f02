import { ConflictError, InvalidInputError } from "../../src/errors/index.ts";
import { encodeGlobalId, keyOf } from "../../src/inputs/index.ts";
import { type RetriedJobs, retryJobs } from "../../src/kinds/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION } from "../idempotency.ts";
import { inputOf } from "../subject.ts";
import { Job } from "./job.ts";
import { JobFilterInput, parseJobFilter } from "./job-filter.ts";

const RetryJobsInput = builder.inputType("RetryJobsInput", {
  description: "Selects the jobs to retry: `ids` or `filter`.",
  fields: (t) => ({
    ids: t.idList({ description: "These, 1 to 500." }),
    filter: t.field({
      type: JobFilterInput,
      description:
        "Matching jobs, oldest first. By default `status` is FAILED and `isSuperseded` is false, so retried jobs do not match again.",
    }),
    first: t.int({ description: "Maximum number of matching jobs, 1 to 500. Default 100." }),
    after: t.id({ description: "Continue after this job: the `lastId` of the previous call." }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

const SkipReason = builder.objectRef<{ code: string; message: string }>("SkipReason").implement({
  description: "Why a job was not retried: the error that `retryJob` would return.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "As of `retryJob`, e.g. `JOB_SUPERSEDED`." }),
    message: t.exposeString("message", { description: "A readable explanation." }),
  }),
});

const SkippedJob = builder.objectRef<RetriedJobs["skipped"][number]>("SkippedJob").implement({
  description: "A job that was not retried.",
  fields: (t) => ({
    id: t.id({
      description: "Id of the job.",
      resolve: ({ jobId }) => encodeGlobalId("Job", jobId),
    }),
    job: t.prismaField({
      type: Job,
      nullable: true,
      description: "The job. Null if it does not exist in this workspace.",
      resolve: (query, { jobId }, _args, ctx) =>
        ctx.db.job.findUnique({
          ...query,
          where: { id: jobId, workspaceId: viewerWith(ctx, "WRITE").workspaceId },
        }),
    }),
    reason: t.field({ type: SkipReason, description: "Why.", resolve: (skipped) => skipped }),
  }),
});

const RetriedJobsType = builder.objectRef<RetriedJobs>("RetriedJobs").implement({
  description: "Result of retrying many jobs.",
  fields: (t) => ({
    jobs: t.prismaField({
      type: [Job],
      description: "The new jobs, in the order of the jobs that they repeat (`retryOf`).",
      resolve: async (query, { jobIds }, _args, ctx) => {
        const jobs = await ctx.db.job.findMany({ ...query, where: { id: { in: jobIds } } });
        const byId = new Map(jobs.map((job) => [job.id, job]));
        return jobIds.flatMap((id) => byId.get(id) ?? []);
      },
    }),
    skipped: t.field({
      type: [SkippedJob],
      description: "Jobs that could not be retried.",
      resolve: ({ skipped }) => skipped,
    }),
    hasMore: t.exposeBoolean("hasMore", {
      description: "Whether the filter matched more than `first` jobs.",
    }),
    lastId: t.id({
      nullable: true,
      description: "The last examined job, for `after`. Null if nothing matched.",
      resolve: ({ lastId }) => lastId && encodeGlobalId("Job", lastId),
    }),
  }),
});

/** Converts ids of jobs. The error names the field and the invalid id. */
function jobKeys(field: string, ids: readonly string[]): string[] {
  return ids.map((id) => {
    const key = keyOf("Job", id);
    if (key !== null) return key;
    throw new InvalidInputError(
      "JOBS_INVALID",
      field,
      `${field}: ${JSON.stringify(id.slice(0, 100))} is not a job id. Use ids from \`jobs\` or \`Video.jobs\`.`,
    );
  });
}

builder.mutationField("retryJobs", (t) =>
  t.field({
    type: RetriedJobsType,
    errors: mayFailWith(InvalidInputError, ConflictError),
    description:
      "Retries many jobs independently. Jobs that cannot be retried are listed and do not affect the others. At most 500 per call.",
    args: inputOf(RetryJobsInput),
    resolve: (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const filter = input.filter == null ? null : parseJobFilter(input.filter);
      if (input.filter != null && filter === null) {
        throw new InvalidInputError("JOBS_INVALID", "filter.videoId", "filter.videoId: is not a video id.");
      }
      return retryJobs(ctx.operations, viewer, {
        ids: input.ids && jobKeys("ids", input.ids),
        filter,
        first: input.first,
        after: input.after == null ? null : jobKeys("after", [input.after])[0],
        idempotencyKey: input.idempotencyKey,
      });
    },
  }),
);
