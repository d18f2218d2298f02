import { isVideoJob, type JobKind as Kind } from "../../src/database/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import type { Context } from "../context.ts";
import { entriesOf } from "../lists.ts";
import { type Order, planPage, toConnection } from "../paging.ts";
import { JobKind } from "./enums.ts";
import { Job, JobConnection } from "./job.ts";
import { Video } from "./video.ts";

export const newestJobs: Order = { by: "jobs", column: "createdAt", type: "date", direction: "desc" };

const counts = createBatch(async (ctx, videoIds) => {
  const groups = await ctx.db.job.groupBy({
    by: ["videoId", "kind"],
    where: { videoId: { in: [...videoIds] } },
    _count: true,
  });
  return Map.groupBy(groups, ({ videoId }) => videoId);
});

async function countJobs(ctx: Context, videoId: string, wanted: Kind | null | undefined): Promise<number> {
  const groups = (await counts(ctx, videoId)) ?? [];
  const counted = groups.filter(({ kind }) => wanted == null || kind === wanted);
  return counted.reduce((sum, { _count: count }) => sum + count, 0);
}

// Both fields are defined here because the two types refer to each other. A watched snapshot has no jobs, so
// they are looked up only in that case.
const extensions = { pothosPrismaLoaded: (video: object) => "jobs" in video };

builder.prismaObjectField(Video, "mainJob", (t) =>
  t.field({
    type: Job,
    nullable: true,
    description:
      "The newest job that renders the video itself, not one of its assets: what it waits for, and whether it failed.",
    extensions,
    select: (_args, _ctx, nestedSelection) => ({
      id: true,
      jobs: nestedSelection({
        where: isVideoJob,
        orderBy: { createdAt: "desc" },
        take: 1,
        select: { id: true },
      } as const),
    }),
    resolve: ({ jobs }) => jobs[0] ?? null,
  }),
);

builder.prismaObjectField(Video, "jobs", (t) =>
  t.connection(
    {
      type: Job,
      description: "Its jobs, newest first.",
      args: { kind: t.arg({ type: JobKind, description: "Only jobs of this kind." }) },
      extensions,
      select: (args, _ctx, nestedSelection) => {
        const { where: bounds, orderBy, take } = planPage(args, newestJobs);
        const where = args.kind == null ? bounds : { AND: [bounds, { kind: args.kind }] };
        const page = { where, orderBy, take, select: { id: true, createdAt: true } } as const;
        return { id: true, jobs: nestedSelection(page, entriesOf(Job)) };
      },
      resolve: (video, args, ctx) =>
        toConnection(planPage(args, newestJobs), video.jobs, () => countJobs(ctx, video.id, args.kind)),
    },
    JobConnection,
  ),
);
