import { NotFoundError } from "../../src/errors.ts";
import { keyOf } from "../../src/global-id.ts";
import { cancelJob, prioritizeJob, retryJob, retryVariant, variantNotFound } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { expectedErrors } from "../errors.ts";
import { given } from "../given.ts";
import { idempotencyKeyDescription, stillThere } from "../idempotency.ts";
import { JobPriority } from "./enums.ts";
import { Job } from "./job.ts";

/** Throws `NotFoundError` for what is no job's id. */
function jobKey(id: string): string {
  const key = keyOf("Job", id);
  if (key !== null) return key;
  throw new NotFoundError(
    "JOB_NOT_FOUND",
    `There is no job ${JSON.stringify(id.slice(0, 100))} in this workspace. Use an id that \`jobs\` or \`Video.jobs\` gave.`,
  );
}

builder.mutationField("cancelJob", (t) =>
  t.prismaField({
    type: Job,
    errors: expectedErrors,
    description: "Ends a job: a waiting one at once, a running one within seconds. Safe to repeat.",
    args: { id: t.arg.id({ required: true, description: "The job's id." }) },
    resolve: async (query, _root, { id }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { jobId } = await cancelJob(ctx.operations, viewer, { jobId: jobKey(id) });
      return ctx.db.job.findUniqueOrThrow({ ...query, where: { id: jobId } });
    },
  }),
);

builder.mutationField("retryJob", (t) =>
  t.prismaField({
    type: Job,
    errors: expectedErrors,
    description: "Repeats a failed or canceled job as a new one, which keeps the variants that are finished.",
    args: {
      id: t.arg.id({ required: true, description: "The job's id." }),
      idempotencyKey: t.arg.string({ description: idempotencyKeyDescription }),
    },
    resolve: async (query, _root, { id, ...args }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { jobId } = await retryJob(ctx.operations, viewer, { jobId: jobKey(id), ...given(args) });
      return stillThere(ctx.db.job.findUnique({ ...query, where: { id: jobId } }));
    },
  }),
);

builder.mutationField("retryVariant", (t) =>
  t.prismaField({
    type: Job,
    errors: expectedErrors,
    description:
      "Makes one variant again that FAILED or was CANCELED, by a new job that renders nothing else: what is ready goes on playing.",
    args: {
      id: t.arg.id({ required: true, description: "The variant's id." }),
      idempotencyKey: t.arg.string({ description: idempotencyKeyDescription }),
    },
    resolve: async (query, _root, { id, ...args }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const variantId = keyOf("Variant", id);
      if (variantId === null) throw variantNotFound();
      const { jobId } = await retryVariant(ctx.operations, viewer, { variantId, ...given(args) });
      return stillThere(ctx.db.job.findUnique({ ...query, where: { id: jobId } }));
    },
  }),
);

builder.mutationField("prioritizeJob", (t) =>
  t.prismaField({
    type: Job,
    errors: expectedErrors,
    description: "Moves a waiting job to another lane; one that runs keeps its worker. Safe to repeat.",
    args: {
      id: t.arg.id({ required: true, description: "The job's id." }),
      priority: t.arg({ type: JobPriority, required: true, description: "The lane." }),
    },
    resolve: async (query, _root, { id, priority }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { jobId } = await prioritizeJob(ctx.operations, viewer, { jobId: jobKey(id), priority });
      return ctx.db.job.findUniqueOrThrow({ ...query, where: { id: jobId } });
    },
  }),
);
