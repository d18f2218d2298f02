import { queryFromInfo } from "@pothos/plugin-prisma";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { keyOf } from "../global-id.ts";
import { jobWhere } from "../operations.ts";
import { planPage, toConnection } from "../paging.ts";
import { Job, JobConnection } from "./job.ts";
import { JobFilterInput, parseJobFilter } from "./job-filter.ts";
import { newestJobs } from "./video-jobs.ts";

builder.queryField("job", (t) =>
  t.prismaField({
    type: Job,
    nullable: true,
    description: "The job with this id; null when there is none in this workspace.",
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
      description: "The workspace's jobs, newest first. At most 100 on a page.",
      args: { filter: t.arg({ type: JobFilterInput, description: "Which ones; all by default." }) },
      resolve: async (_root, args, ctx, info) => {
        const { workspaceId } = viewerWith(ctx, "READ");
        const page = planPage(args, newestJobs);
        const filter = parseJobFilter(args.filter);
        if (filter === null) return toConnection<{ id: string }>(page, [], async () => 0);
        const where = { ...jobWhere(filter), workspaceId };
        const query: { select: { id: true } } = queryFromInfo({
          context: ctx,
          info,
          typeName: "Job",
          paths: [["edges", "node"], ["nodes"]],
          select: { id: true, createdAt: true },
        });
        const rows = await ctx.db.job.findMany({
          ...query,
          where: { AND: [where, page.where] },
          orderBy: page.orderBy,
          take: page.take,
        });
        return toConnection(page, rows, () => ctx.db.job.count({ where }));
      },
    },
    JobConnection,
  ),
);
