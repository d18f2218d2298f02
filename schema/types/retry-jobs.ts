import { ConflictError, InvalidInputError } from "../../src/errors.ts";
import { encodeGlobalId, keyOf } from "../../src/global-id.ts";
import { type RetriedJobs, retryJobs } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { idempotencyKeyDescription } from "../idempotency.ts";
import { Job } from "./job.ts";
import { JobFilterInput, parseJobFilter } from "./job-filter.ts";

const RetryJobsInput = builder.inputType("RetryJobsInput", {
  description: "Which jobs to retry: `ids` or `filter`.",
  fields: (t) => ({
    ids: t.idList({ description: "These, 1 to 500." }),
    filter: t.field({
      type: JobFilterInput,
      description:
        "Those that match, oldest first. Unless it says otherwise, `status` is FAILED and `isSuperseded` is false, so what was retried does not match again.",
    }),
    first: t.int({ description: "At most this many of the filter's, 1 to 500. Default 100." }),
    after: t.id({ description: "Go on with the filter's after this one: the `lastId` of the call before." }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const SkipReason = builder.objectRef<{ code: string; message: string }>("SkipReason").implement({
  description: "Why a job was not retried: what `retryJob` would have said.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "As of `retryJob`, e.g. `JOB_SUPERSEDED`." }),
    message: t.exposeString("message", { description: "A sentence for people." }),
  }),
});

const SkippedJob = builder.objectRef<RetriedJobs["skipped"][number]>("SkippedJob").implement({
  description: "A job that was not retried.",
  fields: (t) => ({
    id: t.id({
      description: "The id that was given or found.",
      resolve: ({ jobId }) => encodeGlobalId("Job", jobId),
    }),
    job: t.prismaField({
      type: Job,
      nullable: true,
      description: "The job; null when there is none in this workspace.",
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
  description: "What became of many jobs that were to be retried.",
  fields: (t) => ({
    jobs: t.prismaField({
      type: [Job],
      description: "The new jobs, in the order of those that they repeat (`retryOf`).",
      resolve: async (query, { jobIds }, _args, ctx) => {
        const jobs = await ctx.db.job.findMany({ ...query, where: { id: { in: jobIds } } });
        const byId = new Map(jobs.map((job) => [job.id, job]));
        return jobIds.flatMap((id) => byId.get(id) ?? []);
      },
    }),
    skipped: t.field({
      type: [SkippedJob],
      description: "Those that could not be retried.",
      resolve: ({ skipped }) => skipped,
    }),
    hasMore: t.exposeBoolean("hasMore", { description: "Whether the filter matched more than `first`." }),
    lastId: t.id({
      nullable: true,
      description: "The last job that was looked at, for `after`; null when nothing matched.",
      resolve: ({ lastId }) => lastId && encodeGlobalId("Job", lastId),
    }),
  }),
});

/** What is no job's id: the field says where it stood. */
function jobKeys(field: string, ids: readonly string[]): string[] {
  return ids.map((id) => {
    const key = keyOf("Job", id);
    if (key !== null) return key;
    throw new InvalidInputError(
      "JOBS_INVALID",
      field,
      `${field}: ${JSON.stringify(id.slice(0, 100))} is not a job's id. Use ids that \`jobs\` or \`Video.jobs\` gave.`,
    );
  });
}

builder.mutationField("retryJobs", (t) =>
  t.field({
    type: RetriedJobsType,
    errors: mayFailWith(InvalidInputError, ConflictError),
    description:
      "Retries many jobs, each by itself: what cannot be retried is listed and holds up nothing. At most 500 at once.",
    args: { input: t.arg({ type: RetryJobsInput, required: true, description: "Which ones." }) },
    resolve: (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const filter = input.filter == null ? null : parseJobFilter(input.filter);
      if (input.filter != null && filter === null) {
        throw new InvalidInputError("JOBS_INVALID", "filter.videoId", "filter.videoId: is not a video's id.");
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
