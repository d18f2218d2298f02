import { type DescribedPlan, describePlan } from "../../src/jobs/index.ts";
import { builder } from "../builder.ts";
import { isOperator } from "../context.ts";
import { JobPlanKind } from "./enums.ts";
import { Job } from "./job.ts";

const JobPlanType = builder.objectRef<DescribedPlan>("JobPlan").implement({
  description: "How a job's work is cut into tasks, and why.",
  fields: (t) => ({
    kind: t.expose("kind", { type: JobPlanKind, description: "Whether it is cut at all." }),
    reason: t.exposeString("reason", { description: "Explains the plan." }),
    headMs: t.exposeInt("headMs", {
      nullable: true,
      description: "Milliseconds that the first task makes, ahead of everything; null when it makes all.",
    }),
    chunkMs: t.exposeInt("chunkMs", {
      nullable: true,
      description:
        "Milliseconds of a chunk; the last ones are shorter, so that all workers end together. Null when there is none.",
    }),
    chunks: t.exposeInt("chunks", { description: "Chunks that the rest of the timeline is cut into." }),
    tierGroups: t.field({
      type: t.listRef(t.listRef("String")),
      description:
        "Names of the variants that are made together, from one decode; the first group runs ahead. One group while all stay ahead of a viewer.",
      resolve: ({ tierGroups }) => tierGroups,
    }),
    speed: t.exposeFloat("speed", {
      nullable: true,
      description:
        "Seconds of video with all variants that the first task's worker made per second; null when it could not tell.",
    }),
    slots: t.int({
      nullable: true,
      description:
        "Slots of all live workers when the plan was made; null when they made no difference, and without the scope OPERATOR.",
      resolve: ({ slots }, _args, ctx) => (isOperator(ctx) ? slots : null),
    }),
  }),
});

builder.prismaObjectField(Job, "plan", (t) =>
  t.field({
    type: JobPlanType,
    nullable: true,
    description:
      "How it is cut into tasks, and why; null until that is decided, a moment after a worker has begun.",
    select: { status: true, plan: true, video: { select: { durationMs: true } } },
    resolve: ({ video, ...job }, _args, ctx) =>
      describePlan({ ...job, ...video }, ctx.operations.limits.wholeUpToMs),
  }),
);
