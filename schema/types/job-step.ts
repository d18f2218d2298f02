import type { DrawingStep } from "@reelay/contracts";
import { isRenderingJob } from "../../src/database/index.ts";
import { readSteps, shownStepIn, type VideoSnapshot } from "../../src/progress/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { ANIMATION_STEP, StepKind } from "./enums.ts";
import { Job } from "./job.ts";
import { Video } from "./video.ts";

const JobStep = builder.objectRef<DrawingStep>("JobStep").implement({
  description: "A step of a job: an animation of a script, or a scene of a template.",
  fields: (t) => ({
    kind: t.field({
      type: StepKind,
      description: "What the step is.",
      resolve: ({ kind }) => kind ?? ANIMATION_STEP,
    }),
    index: t.exposeInt("index", { description: "Position among the steps, from 0." }),
    count: t.exposeInt("count", {
      nullable: true,
      description:
        "Number of steps, counted before the first frame. Null until then. A script may play more than were counted.",
    }),
    name: t.exposeString("name", {
      description: "What is being drawn, e.g. `Create(Circle)`, or the title of a scene.",
    }),
    fraction: t.exposeFloat("fraction", { description: "Progress of this step, 0 to 1." }),
  }),
});

const steps = createBatch(({ db, live }, jobIds) => readSteps(db, live, jobIds));

builder.prismaObjectField(Job, "step", (t) =>
  t.field({
    type: JobStep,
    nullable: true,
    description:
      "The step that a worker is at, or the last one. Within an attempt neither `index` nor, within a step, `fraction` decreases. Null before the first step, and for kinds without steps.",
    select: { id: true },
    // An event of a subscription shows the step of its own moment, not the newest one.
    resolve: async ({ id }, _args, ctx, { rootValue }) =>
      shownStepIn(rootValue, id) ?? (await steps(ctx, id)) ?? null,
  }),
);

/** By video. */
const mainSteps = createBatch(async (ctx, videoIds) => {
  const jobs = await ctx.db.job.findMany({
    where: { videoId: { in: [...videoIds] }, ...isRenderingJob },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    distinct: ["videoId"],
    select: { id: true, videoId: true },
  });
  const known = await readSteps(
    ctx.db,
    ctx.live,
    jobs.map(({ id }) => id),
  );
  return new Map(jobs.map(({ id, videoId }) => [videoId, known.get(id)]));
});

builder.prismaObjectField(Video, "step", (t) =>
  t.field({
    type: JobStep,
    nullable: true,
    description: "`step` of the newest job that renders the video or an edition of it.",
    select: { id: true },
    // A watched video carries it.
    resolve: async (video, _args, ctx) =>
      "step" in video ? (video as VideoSnapshot).step?.step : await mainSteps(ctx, video.id),
  }),
);
