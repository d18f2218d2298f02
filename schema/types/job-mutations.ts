import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { cancelJob, prioritizeJob } from "../../src/jobs/index.ts";
import { retryJob, retryVariant } from "../../src/kinds/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { inputOf, subjectKey } from "../subject.ts";
import { JobPriority } from "./enums.ts";
import { Job } from "./job.ts";

// `cancelJob` and `retryJob` take the job's id as an argument: the design fixes these two. All others take
// `input`.
builder.mutationField("cancelJob", (t) =>
  t.prismaField({
    type: Job,
    errors: mayFailWith(NotFoundError, ConflictError),
    description: "Cancels a job: immediately if it waits, within seconds if it runs. Safe to repeat.",
    args: { id: t.arg.id({ required: true, description: "The job's id." }) },
    resolve: async (query, _root, { id }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { jobId } = await cancelJob(ctx.operations, viewer, { jobId: subjectKey("Job", id) });
      return ctx.db.job.findUniqueOrThrow({ ...query, where: { id: jobId } });
    },
  }),
);

builder.mutationField("retryJob", (t) =>
  t.prismaField({
    type: Job,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description: "Repeats a failed or canceled job as a new job. Finished variants are kept.",
    args: {
      id: t.arg.id({ required: true, description: "The job's id." }),
      idempotencyKey: t.arg.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
    },
    resolve: async (query, _root, { id, ...args }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { jobId } = await retryJob(ctx.operations, viewer, {
        jobId: subjectKey("Job", id),
        ...given(args),
      });
      return stillThere(ctx.db.job.findUnique({ ...query, where: { id: jobId } }));
    },
  }),
);

const RetryVariantInput = builder.inputType("RetryVariantInput", {
  description: "The variant to render again.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The variant's id." }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("retryVariant", (t) =>
  t.prismaField({
    type: Job,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Renders one variant again that FAILED or was CANCELED, in a new job that renders nothing else. Ready variants keep playing.",
    args: inputOf(RetryVariantInput),
    resolve: async (query, _root, { input: { id, ...input } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const request = { variantId: subjectKey("Variant", id), ...given(input) };
      const { jobId } = await retryVariant(ctx.operations, viewer, request);
      return stillThere(ctx.db.job.findUnique({ ...query, where: { id: jobId } }));
    },
  }),
);

const PrioritizeJobInput = builder.inputType("PrioritizeJobInput", {
  description: "The job and its new priority.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The job's id." }),
    priority: t.field({ type: JobPriority, required: true, description: "The lane." }),
  }),
});

builder.mutationField("prioritizeJob", (t) =>
  t.prismaField({
    type: Job,
    errors: mayFailWith(NotFoundError, ConflictError),
    description: "Changes the priority of a waiting job. A running task is not affected. Safe to repeat.",
    args: inputOf(PrioritizeJobInput),
    resolve: async (query, _root, { input: { id, priority } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { jobId } = await prioritizeJob(ctx.operations, viewer, {
        jobId: subjectKey("Job", id),
        priority,
      });
      return ctx.db.job.findUniqueOrThrow({ ...query, where: { id: jobId } });
    },
  }),
);
