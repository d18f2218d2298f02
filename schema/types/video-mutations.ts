import {
  ConflictError,
  InvalidDataError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { cancelVideo } from "../../src/jobs/index.ts";
import { retryVideo } from "../../src/kinds/index.ts";
import {
  completeUpload,
  createVideo,
  deleteVideo,
  updateVideo,
  videoNotFound,
} from "../../src/videos/index.ts";
import { builder } from "../builder.ts";
import { uploaderIn, viewerOfVideo, viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { JobPriority, PlaybackPolicy } from "./enums.ts";
import { ManimSourceInput } from "./manim-source.ts";
import { TemplateSourceInput } from "./template-source.ts";
import { UploadSourceInput } from "./upload-input.ts";
import { Video } from "./video.ts";

const TAGS_DESCRIPTION =
  "Labels: at most 50, of 1 to 100 characters. Repetitions and surrounding space are removed; case matters.";

export const VideoSourceInput = builder.inputType("VideoSourceInput", {
  description: "The origin of a source: exactly one field.",
  isOneOf: true,
  fields: (t) => ({
    upload: t.field({ type: UploadSourceInput, description: "An upload by the client." }),
    url: t.field({
      type: "UrlSource",
      description: 'A download by a worker: `url: "https://example.com/a.mp4"`, or `{ url, filename }`.',
    }),
    manim: t.field({ type: ManimSourceInput, description: "A Manim script, which a worker draws." }),
    template: t.field({
      type: TemplateSourceInput,
      description: "Data for a template, which a worker draws and speaks.",
    }),
  }),
});

const CreateVideoInput = builder.inputType("CreateVideoInput", {
  description: "A new video.",
  fields: (t) => ({
    title: t.string({ required: true, description: "1 to 500 characters." }),
    externalId: t.string({
      description: "Id in another system, e.g. a CMS. Unique per workspace.",
    }),
    metadata: t.field({
      type: "JSON",
      description: "Your own JSON object, not interpreted by Reelay. Default `{}`.",
    }),
    tags: t.stringList({ description: TAGS_DESCRIPTION }),
    profile: t.string({ description: "Name of a profile, see `profiles`. Default: the default profile." }),
    priority: t.field({ type: JobPriority, description: "Priority of its jobs. Default STANDARD." }),
    playbackPolicy: t.field({
      type: PlaybackPolicy,
      description: "Who may watch it. Default: the workspace's `defaultPlaybackPolicy`.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
    source: t.field({
      type: VideoSourceInput,
      required: true,
      description: "Origin of the source.",
    }),
  }),
});

const UpdateVideoInput = builder.inputType("UpdateVideoInput", {
  description: "Changes to a video. Absent fields keep their values.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The video's id." }),
    title: t.string({ description: "1 to 500 characters." }),
    externalId: t.string({ description: "Null removes it." }),
    metadata: t.field({ type: "JSON", description: "Replaces the whole object." }),
    tags: t.stringList({
      description: `Replaces all tags. Null removes them. ${TAGS_DESCRIPTION} \`tagVideos\` adds and removes single tags.`,
    }),
    playbackPolicy: t.field({
      type: PlaybackPolicy,
      description:
        "Who may watch it. Takes effect within five seconds in the API. Caches may serve a formerly PUBLIC video for ten more minutes.",
    }),
  }),
});

builder.mutationField("createVideo", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(InvalidInputError, InvalidDataError, ConflictError, QuotaExceededError),
    description:
      "Creates a video and the job that renders it: immediately for a URL, a script or data, otherwise after the upload. Requires the scope WRITE or an upload token.",
    args: inputOf(CreateVideoInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = uploaderIn(ctx);
      const { videoId } = await createVideo(ctx.operations, viewer, given(input));
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);

builder.mutationField("updateVideo", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError),
    description: "Changes a video.",
    args: inputOf(UpdateVideoInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { id, title, externalId, metadata, tags, playbackPolicy } = input;
      if (title === null) {
        throw new InvalidInputError(
          "TITLE_INVALID",
          "title",
          "title: cannot be null. Use 1 to 500 characters, or omit it to keep the current title.",
        );
      }
      const { videoId } = await updateVideo(ctx.operations, viewer, {
        videoId: subjectKey("Video", id),
        ...(title !== undefined && { title }),
        ...(externalId !== undefined && { externalId }),
        ...(metadata !== undefined && { metadata }),
        ...(tags !== undefined && { tags: tags ?? [] }),
        ...(playbackPolicy && { playbackPolicy }),
      });
      return ctx.db.video.findUniqueOrThrow({ ...query, where: { id: videoId } });
    },
  }),
);

const CompleteUploadInput = builder.inputType("CompleteUploadInput", {
  description: "The upload that is complete.",
  fields: (t) => ({ videoId: t.id({ required: true, description: "The video's id." }) }),
});

builder.mutationField("completeUpload", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Reports that the upload of a video with `protocol: GCS_RESUMABLE` is complete. Safe to repeat, and not needed with TUS. Requires the scope WRITE, or the upload token that created the video.",
    args: inputOf(CompleteUploadInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = uploaderIn(ctx);
      const key = subjectKey("Video", input.videoId);
      if ((await viewerOfVideo(ctx, key)) === null) throw videoNotFound();
      const { videoId } = await completeUpload(ctx.operations, viewer, { videoId: key });
      return ctx.db.video.findUniqueOrThrow({ ...query, where: { id: videoId } });
    },
  }),
);

const DeletedVideo = builder.objectRef<{ id: string }>("DeletedVideo").implement({
  description: "A deleted video.",
  fields: (t) => ({
    deletedId: t.id({ description: "Id of the deleted video.", resolve: ({ id }) => id }),
  }),
});

const DeleteVideoInput = idInput("DeleteVideoInput", "The video to delete.", "Video");

builder.mutationField("deleteVideo", (t) =>
  t.field({
    type: DeletedVideo,
    errors: mayFailWith(NotFoundError),
    description: "Deletes a video with its source, variants and jobs. Running jobs are canceled first.",
    args: inputOf(DeleteVideoInput),
    resolve: async (_root, { input: { id } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      await deleteVideo(ctx.operations, viewer, { videoId: subjectKey("Video", id) });
      return { id };
    },
  }),
);

const CancelVideoInput = idInput("CancelVideoInput", "The video whose jobs are canceled.", "Video");

builder.mutationField("cancelVideo", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Cancels all waiting and running jobs of a video. Finished variants remain playable. Safe to repeat.",
    args: inputOf(CancelVideoInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { videoId } = await cancelVideo(ctx.operations, viewer, {
        videoId: subjectKey("Video", input.id),
      });
      return ctx.db.video.findUniqueOrThrow({ ...query, where: { id: videoId } });
    },
  }),
);

const RetryVideoInput = builder.inputType("RetryVideoInput", {
  description: "The video to render again.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The video's id." }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("retryVideo", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Repeats the newest job that renders the video or an edition of it, if it failed or was canceled, as `retryJob` does. Finished variants and chunks are kept.",
    args: inputOf(RetryVideoInput),
    resolve: async (query, _root, { input: { id, ...input } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const request = { videoId: subjectKey("Video", id), ...given(input) };
      const { videoId } = await retryVideo(ctx.operations, viewer, request);
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);
