/** Damage of a finished video's stored objects, and the mutation that repairs it. */

import { type DescribedDamage, describeDamages } from "../../src/damage/index.ts";
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { repairVideo } from "../../src/kinds/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { type Context, viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { inputOf, subjectKey } from "../subject.ts";
import { DamageCode, RepairState } from "./enums.ts";
import { Job } from "./job.ts";
import { Variant } from "./variant.ts";
import { Video } from "./video.ts";

const DamageSpan = builder.objectRef<{ startMs: number; endMs: number }>("DamageSpan").implement({
  description: "A part of a video's timeline.",
  fields: (t) => ({
    startMs: t.exposeInt("startMs", { description: "Start, in milliseconds." }),
    endMs: t.exposeInt("endMs", { description: "End, in milliseconds." }),
  }),
});

const DamageType = builder.objectRef<DescribedDamage>("Damage").implement({
  description: "Missing or altered objects of a finished video.",
  fields: (t) => ({
    code: t.expose("code", {
      type: DamageCode,
      description: "Kind of damage; the worst one if several objects are damaged.",
    }),
    subject: t.exposeString("subject", {
      description:
        "What the objects belong to: a variant's name, `audio`, `audio-2`, …, or `poster`, `storyboard`, `download`, `preview`, `captions`.",
    }),
    objects: t.exposeInt("objects", { description: "How many objects." }),
    spans: t.field({
      type: [DamageSpan],
      description: "The affected parts of the timeline. Empty for objects without a position in it.",
      resolve: ({ spans }) => spans,
    }),
    foundAt: t.expose("foundAt", { type: "DateTime", description: "When the damage was first detected." }),
    repair: t.expose("repair", { type: RepairState, description: "State of the repair." }),
    repairJob: t.prismaField({
      type: Job,
      nullable: true,
      description: "The repair job, or the last one that failed. Null before the first.",
      resolve: (query, { repairJobId }, _args, ctx) =>
        repairJobId === null ? null : ctx.db.job.findUnique({ ...query, where: { id: repairJobId } }),
    }),
    message: t.exposeString("message", {
      description: "A readable explanation, with what happens next.",
    }),
  }),
});

/** By video. */
const loadDamages = createBatch<DescribedDamage[]>(async (ctx, videoIds) => {
  const rows = await ctx.db.damage.findMany({
    where: { videoId: { in: [...videoIds] } },
    orderBy: [{ foundAt: "asc" }, { key: "asc" }],
  });
  if (rows.length === 0) return new Map();
  const jobIds = [...new Set(rows.flatMap(({ repairJobId }) => repairJobId ?? []))];
  const select = { id: true, status: true, error: true } as const;
  const jobs = await ctx.db.job.findMany({ where: { id: { in: jobIds } }, select });
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const byVideo = Map.groupBy(rows, ({ videoId }) => videoId);
  return new Map([...byVideo].map(([videoId, damages]) => [videoId, describeDamages(damages, byId)]));
});

const damagesOf = async (ctx: Context, videoId: string) => (await loadDamages(ctx, videoId)) ?? [];

builder.prismaObjectField(Video, "damages", (t) =>
  t.field({
    type: [DamageType],
    description:
      "Damaged objects, one entry per variant or asset. Empty if the video is intact. The video stays READY and playable during the repair.",
    select: { id: true },
    resolve: (video, _args, ctx) => damagesOf(ctx, video.id),
  }),
);

builder.prismaObjectField(Variant, "damage", (t) =>
  t.field({
    type: DamageType,
    nullable: true,
    description: "Damage of the stored object. Null if it is intact.",
    select: { videoId: true, name: true },
    resolve: async ({ videoId, name }, _args, ctx) =>
      (await damagesOf(ctx, videoId)).find(({ subject }) => subject === name) ?? null,
  }),
);

const RepairVideoInput = builder.inputType("RepairVideoInput", {
  description: "The video to repair.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The video's id." }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("repairVideo", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Makes all damaged objects of a video again (`Video.damages`) from its source, in a job of the kind `REPAIR`: whole variants of a short video, single parts of a long one. The video stays playable and switches over at the end (event `video.repaired`). Reelay also repairs automatically, once a day per object.",
    args: inputOf(RepairVideoInput),
    resolve: async (query, _root, { input: { id, ...input } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const request = { videoId: subjectKey("Video", id), ...given(input) };
      const { videoId } = await repairVideo(ctx.operations, viewer, request);
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);
