import { isMedia } from "../../src/database/index.ts";
import { type DescribedPlan, describePlan } from "../../src/kinds/index.ts";
import { builder } from "../builder.ts";
import { isOperator } from "../context.ts";
import { JobPlanKind } from "./enums.ts";
import { Job } from "./job.ts";

const JobPlanType = builder.objectRef<DescribedPlan>("JobPlan").implement({
  description: "How a job is divided into tasks, and why.",
  fields: (t) => ({
    kind: t.expose("kind", { type: JobPlanKind, description: "Whether the job is divided." }),
    reason: t.exposeString("reason", { description: "Explains the plan." }),
    headMs: t.exposeInt("headMs", {
      nullable: true,
      description: "Length of the first task's part in milliseconds. Null if it renders the whole video.",
    }),
    chunkMs: t.exposeInt("chunkMs", {
      nullable: true,
      description:
        "Length of a chunk in milliseconds. The last ones are shorter, so that all workers finish together. Null without chunks.",
    }),
    chunks: t.exposeInt("chunks", { description: "Number of chunks after the head." }),
    tierGroups: t.field({
      type: t.listRef(t.listRef("String")),
      description:
        "Names of the variants that are rendered in the same pass. The first group runs first. One group if all variants stay ahead of a viewer.",
      resolve: ({ tierGroups }) => tierGroups,
    }),
    speed: t.exposeFloat("speed", {
      nullable: true,
      description:
        "Seconds of video that the first task's worker rendered per second with all variants. Null if unknown.",
    }),
    slots: t.int({
      nullable: true,
      description:
        "Slots of all live workers at the time of planning. Null if they made no difference, and without the scope OPERATOR.",
      resolve: ({ slots }, _args, ctx) => (isOperator(ctx) ? slots : null),
    }),
  }),
});

builder.prismaObjectField(Job, "plan", (t) =>
  t.field({
    type: JobPlanType,
    nullable: true,
    description:
      "How the job is divided into tasks, and why. Null until that is decided, shortly after a worker has started.",
    select: {
      status: true,
      plan: true,
      video: { select: { durationMs: true, source: { select: { kind: true } } } },
    },
    resolve: ({ video: { durationMs, source }, ...job }, _args, ctx) =>
      describePlan(
        { ...job, durationMs, isMedia: source === null || isMedia(source.kind) },
        ctx.operations.limits.wholeUpToMs,
      ),
  }),
);
