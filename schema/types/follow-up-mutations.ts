import { ConflictError, InvalidInputError, NotFoundError, QuotaExceededError } from "../../src/errors.ts";
import { requestDownload, requestPreview, setPoster } from "../../src/kinds/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { idempotencyKeyDescription, stillThere } from "../idempotency.ts";
import { subjectKey } from "../subject.ts";
import { Video } from "./video.ts";

const SetPosterInput = builder.inputType("SetPosterInput", {
  description: "Which frame of a video becomes its poster.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    atMs: t.int({
      required: true,
      description: "Milliseconds from its beginning: 0 or more, less than its `durationMs`.",
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

builder.mutationField("setPoster", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Has a worker take the poster at a time of the video, by a job of its own (`Video.poster { status job }`, event `video.poster-stored`). What is there stays until then. The newest wish counts; the same again changes nothing.",
    args: { input: t.arg({ type: SetPosterInput, required: true, description: "Which video, and how." }) },
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { videoId } = await setPoster(ctx.operations, viewer, {
        ...given(input),
        videoId: subjectKey("Video", input.videoId),
      });
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);

const RequestPreviewInput = builder.inputType("RequestPreviewInput", {
  description: "The video to make a preview of.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

builder.mutationField("requestPreview", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Has a worker make an animated preview of a video that is READY, by a job of its own (`Video.preview { status job }`, event `video.preview-stored`). Asked for again, it is made once.",
    args: {
      input: t.arg({ type: RequestPreviewInput, required: true, description: "Which video, and how." }),
    },
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { videoId } = await requestPreview(ctx.operations, viewer, {
        ...given(input),
        videoId: subjectKey("Video", input.videoId),
      });
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);

const RequestDownloadInput = builder.inputType("RequestDownloadInput", {
  description: "The MP4 to make of a video.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    height: t.int({
      description: "The largest variant of at most this height, 16 to 4320. Default: the largest.",
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

builder.mutationField("requestDownload", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Has a worker put a finished variant and the audio of a video that is READY into one MP4, without encoding anything again, by a job of its own (`Video.download { status job }`, event `video.download-stored`). Asked for again, it is made once; of another variant it takes the place of the one that is there.",
    args: {
      input: t.arg({ type: RequestDownloadInput, required: true, description: "Which video, and how." }),
    },
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { videoId } = await requestDownload(ctx.operations, viewer, {
        ...given(input),
        videoId: subjectKey("Video", input.videoId),
      });
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);
