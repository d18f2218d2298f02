import { queryFromInfo } from "@pothos/plugin-prisma";
import type { Prisma } from "../../prisma/generated/client.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { keyOf } from "../global-id.ts";
import { planPage, toConnection } from "../paging.ts";
import { JobPriority, JobStatus } from "./enums.ts";
import { Job, JobConnection } from "./job.ts";
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

const JobFilter = builder.inputType("JobFilter", {
  description: "Which jobs: those to which all given conditions apply.",
  fields: (t) => ({
    status: t.field({ type: [JobStatus], description: "In one of these states; one value may stand alone." }),
    priority: t.field({
      type: [JobPriority],
      description: "Of one of these priorities; one value may stand alone.",
    }),
    videoId: t.id({ description: "Of this video." }),
  }),
});

/** Null when nothing can match. */
function whereOf(filter: typeof JobFilter.$inferInput | null | undefined): Prisma.JobWhereInput | null {
  const { status, priority, videoId } = filter ?? {};
  const key = videoId == null ? undefined : keyOf("Video", videoId);
  if (key === null) return null;
  return {
    ...(status && { status: { in: status } }),
    ...(priority && { priority: { in: priority } }),
    ...(key !== undefined && { videoId: key }),
  };
}

builder.queryField("jobs", (t) =>
  t.connection(
    {
      type: Job,
      description: "The workspace's jobs, newest first. At most 100 on a page.",
      args: { filter: t.arg({ type: JobFilter, description: "Which ones; all by default." }) },
      resolve: async (_root, args, ctx, info) => {
        const { workspaceId } = viewerWith(ctx, "READ");
        const page = planPage(args, newestJobs);
        const filter = whereOf(args.filter);
        if (filter === null) return toConnection<{ id: string }>(page, [], async () => 0);
        const where = { ...filter, workspaceId };
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
