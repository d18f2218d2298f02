/** Editions of videos from scripts and templates, and the mutation that begins one. */
import type { JobStatus } from "../../prisma/generated/enums.ts";
import { updateVideoSource } from "../../src/editions/index.ts";
import {
  ConflictError,
  InvalidDataError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { type Chunk, errorOf, readChanges } from "../../src/jobs/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { connectionOf, entriesOf } from "../lists.ts";
import { type Order, planPage, toConnection } from "../paging.ts";
import { inputOf, subjectKey } from "../subject.ts";
import { BatchRow } from "./batch-row.ts";
import { EditionStatus } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { Job } from "./job.ts";
import { editionProgress } from "./job-progress.ts";
import { Video, VideoChunk } from "./video.ts";
import { VideoSourceInput } from "./video-mutations.ts";

/** By edition: the job that rendered it last. */
const newestJobs = createBatch(async (ctx, editionIds) => {
  const jobs = await ctx.db.job.findMany({
    where: { editionId: { in: [...editionIds] } },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    distinct: ["editionId"],
    select: { id: true, editionId: true, status: true },
  });
  return new Map<string, { id: string; status: JobStatus }>(jobs.map((job) => [job.editionId ?? "", job]));
});

const changesOf = createBatch<Chunk[]>((ctx, editionIds) => readChanges(ctx.db, editionIds));

const Edition = builder.prismaNode("Edition", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, video: { workspaceId: workspaceOf(ctx) } }),
  description:
    "A version of a video from a script or a template. The video has the output of the published one at its address.",
  select: { id: true },
  fields: (t) => ({
    number: t.exposeInt("number", { description: "From 1, which the video was created with." }),
    status: t.expose("status", { type: EditionStatus, description: "Status of the edition." }),
    progress: t.float({
      description: "Progress, 0 to 1. 1 once it was published.",
      select: { id: true, publishedAt: true },
      resolve: async ({ id, publishedAt }, _args, ctx) => {
        if (publishedAt !== null) return 1;
        const job = await newestJobs(ctx, id);
        return job === undefined ? 0 : ((await editionProgress(ctx, job.id)) ?? 0);
      },
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Error of a FAILED edition, and of one that a newer edition has superseded.",
      select: { error: true },
      resolve: errorOf,
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was requested." }),
    publishedAt: t.expose("publishedAt", {
      type: "DateTime",
      nullable: true,
      description: "When viewers got it. Null before.",
    }),
    replacedAt: t.expose("replacedAt", {
      type: "DateTime",
      nullable: true,
      description: "When a newer edition took its place. Null before.",
    }),
    changedScenes: t.field({
      type: [VideoChunk],
      nullable: true,
      description:
        "The chunks, of one scene or some short ones, that it drew because they differ from all that the workspace has; the others were copied. So far, while RENDERING. Null: it was published before Reelay recorded this, or never, or is the first edition.",
      resolve: async ({ id }, _args, ctx) => (await changesOf(ctx, id)) ?? null,
    }),
    job: t.prismaField({
      type: Job,
      nullable: true,
      description: "The job that rendered it last. Null for the first edition, see `Video.mainJob`.",
      select: { id: true },
      resolve: async (query, { id }, _args, ctx) => {
        const job = await newestJobs(ctx, id);
        return job === undefined ? null : ctx.db.job.findUnique({ ...query, where: { id: job.id } });
      },
    }),
  }),
});

const byNumber: Order = { by: "editions", column: "number", type: "number", direction: "desc" };

const counts = createBatch(async (ctx, videoIds) => {
  const groups = await ctx.db.edition.groupBy({
    by: ["videoId"],
    where: { videoId: { in: [...videoIds] } },
    _count: true,
  });
  return new Map(groups.map(({ videoId, _count: count }) => [videoId, count]));
});

// A watched snapshot has no editions, so they are looked up only in that case.
const extensions = { pothosPrismaLoaded: (video: object) => "editions" in video };

builder.prismaObjectField(Video, "editions", (t) =>
  t.connection(
    {
      type: Edition,
      description: "Its editions, newest first. Empty until `updateVideoSource` corrects the video.",
      extensions,
      select: (args, _ctx, nestedSelection) => {
        const { where, orderBy, take } = planPage(args, byNumber);
        const page = { where, orderBy, take, select: { id: true, number: true } } as const;
        return { id: true, editions: nestedSelection(page, entriesOf(Edition)) };
      },
      resolve: (video, args, ctx) =>
        toConnection(
          planPage(args, byNumber),
          video.editions,
          async () => (await counts(ctx, video.id)) ?? 0,
        ),
    },
    connectionOf(Edition, "An edition", "editions"),
  ),
);

const UpdateVideoSourceInput = builder.inputType("UpdateVideoSourceInput", {
  description: "The corrected source of a video.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    source: t.field({
      type: VideoSourceInput,
      required: true,
      description:
        "A script for a video from a script, or data of the same template for one from a template. Settings that it omits stay as published: version, picture, voice, music, background and materials.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("updateVideoSource", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(
      NotFoundError,
      InvalidInputError,
      InvalidDataError,
      ConflictError,
      QuotaExceededError,
    ),
    description:
      "Corrects a READY video from a script or a template at its address. The published edition plays until the new one is finished; then one switch publishes it. An edition under way is canceled.",
    args: inputOf(UpdateVideoSourceInput),
    resolve: async (query, _root, { input: { videoId, ...input } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const request = { videoId: subjectKey("Video", videoId), ...given(input) };
      const { videoId: id } = await updateVideoSource(ctx.operations, viewer, request);
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id } }));
    },
  }),
);

builder.prismaObjectField(BatchRow, "changedScenes", (t) =>
  t.field({
    type: [VideoChunk],
    nullable: true,
    description:
      "The chunks that the last correction of its video drew, as `Edition.changedScenes`. Null: its video was not corrected.",
    select: { editionId: true },
    resolve: async ({ editionId }, _args, ctx) =>
      editionId === null ? null : ((await changesOf(ctx, editionId)) ?? null),
  }),
);
