import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { type Order, planPage, toConnection } from "../paging.ts";
import { Job, JobConnection } from "./job.ts";
import { Video } from "./video.ts";

export const newestJobs: Order = { by: "jobs", column: "createdAt", type: "date", direction: "desc" };

const counts = createBatch(async (ctx, videoIds) => {
  const groups = await ctx.db.job.groupBy({
    by: ["videoId"],
    where: { videoId: { in: [...videoIds] } },
    _count: true,
  });
  return new Map(groups.map((group) => [group.videoId, group._count]));
});

/** Both ways to a page's entries: the public type of `nestedSelection` knows one path alone, its code takes several. */
const selectedUnder = {
  getType: () => "Job",
  paths: [[{ name: "edges" }, { name: "node" }], [{ name: "nodes" }]],
};

// Here and not in video.ts, because the two types name each other.
builder.prismaObjectField(Video, "jobs", (t) =>
  t.connection(
    {
      type: Job,
      description: "What was and is to be rendered for it, newest first.",
      // A watched snapshot has no jobs: then, and only then, they are looked up.
      extensions: { pothosPrismaLoaded: (video: object) => "jobs" in video },
      select: (args, _ctx, nestedSelection) => {
        const { where, orderBy, take } = planPage(args, newestJobs);
        const page = { where, orderBy, take, select: { id: true, createdAt: true } } as const;
        return {
          id: true,
          jobs: nestedSelection(page, selectedUnder as never),
        };
      },
      resolve: (video, args, ctx) =>
        toConnection(planPage(args, newestJobs), video.jobs, async () => (await counts(ctx, video.id)) ?? 0),
    },
    JobConnection,
  ),
);
