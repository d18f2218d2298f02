import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { requestDownload, requestPreview, setPoster } from "../../src/kinds/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { inputOf, subjectKey } from "../subject.ts";
import { Video } from "./video.ts";

const failures = mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError);

const toRequest = <Input extends { videoId: string }>(input: Input) => ({
  ...given(input),
  videoId: subjectKey("Video", input.videoId),
});

const SetPosterInput = builder.inputType("SetPosterInput", {
  description: "Frame to use as the poster.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    atMs: t.int({
      required: true,
      description: "Position in the video in milliseconds: 0 or more, and less than its `durationMs`.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("setPoster", (t) =>
  t.prismaField({
    type: Video,
    errors: failures,
    description:
      "Creates the poster from the frame at this position, in a job of its own (`Video.poster { status job }`, event `video.poster-stored`). The previous poster stays until then. The latest request wins; an identical one changes nothing.",
    args: inputOf(SetPosterInput),
    resolve: async (query, _root, { input }, ctx) => {
      const { videoId } = await setPoster(ctx.operations, viewerWith(ctx, "WRITE"), toRequest(input));
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);

const RequestPreviewInput = builder.inputType("RequestPreviewInput", {
  description: "The video.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("requestPreview", (t) =>
  t.prismaField({
    type: Video,
    errors: failures,
    description:
      "Creates an animated preview, in a job of its own (`Video.preview { status job }`, event `video.preview-stored`). The job waits until the video is rendered. Safe to repeat.",
    args: inputOf(RequestPreviewInput),
    resolve: async (query, _root, { input }, ctx) => {
      const { videoId } = await requestPreview(ctx.operations, viewerWith(ctx, "WRITE"), toRequest(input));
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);

const RequestDownloadInput = builder.inputType("RequestDownloadInput", {
  description: "The requested MP4.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    height: t.int({
      description: "Maximum height, 16 to 4320. The largest variant up to it is used. Default: the largest.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("requestDownload", (t) =>
  t.prismaField({
    type: Video,
    errors: failures,
    description:
      "Combines a finished variant and the audio into one MP4 without encoding, in a job of its own (`Video.download { status job }`, event `video.download-stored`). The job waits until the video is rendered. Safe to repeat. A request for another variant replaces the MP4.",
    args: inputOf(RequestDownloadInput),
    resolve: async (query, _root, { input }, ctx) => {
      const { videoId } = await requestDownload(ctx.operations, viewerWith(ctx, "WRITE"), toRequest(input));
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);
