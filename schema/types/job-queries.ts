import { keyOf } from "../../src/inputs/index.ts";
import { jobWhere } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { readPage } from "../lists.ts";
import { planPage, toConnection } from "../paging.ts";
import { Job, JobConnection } from "./job.ts";
import { JobFilterInput, parseJobFilter } from "./job-filter.ts";
import { newestJobs } from "./video-jobs.ts";

builder.queryField("job", (t) =>
  t.prismaField({
    type: Job,
    nullable: true,
    description: "The job with this id. Null if it does not exist in this workspace.",
    args: { id: t.arg.id({ required: true, description: "The job's id." }) },
    resolve: async (query, _root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const id = keyOf("Job", args.id);
      return id === null ? null : ctx.db.job.findUnique({ ...query, where: { id, workspaceId } });
    },
  }),
);

builder.queryField("jobs", (t) =>
  t.connection(
    {
      type: Job,
      description: "The workspace's jobs, newest first. At most 100 per page.",
      args: { filter: t.arg({ type: JobFilterInput, description: "Default: all jobs." }) },
      resolve: async (_root, args, ctx, info) => {
        const { workspaceId } = viewerWith(ctx, "READ");
        const filter = parseJobFilter(args.filter);
        if (filter === null)
          return toConnection<{ id: string }>(planPage(args, newestJobs), [], async () => 0);
        const where = { ...jobWhere(filter), workspaceId };
        return await readPage(
          { args, ctx, info, typeName: "Job", order: newestJobs },
          (query) => ctx.db.job.findMany({ ...query, where: { AND: [where, query.where] } }),
          () => ctx.db.job.count({ where }),
        );
      },
    },
    JobConnection,
  ),
);
