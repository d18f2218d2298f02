import { ConflictError, InvalidInputError, NotFoundError, QuotaExceededError } from "../../src/errors.ts";
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
import { idempotencyKeyDescription, stillThere } from "../idempotency.ts";
import { idInput, subjectKey } from "../subject.ts";
import { JobPriority, PlaybackPolicy } from "./enums.ts";
import { Video } from "./video.ts";

const tagsDescription =
  "Labels: at most 50, of 1 to 100 characters. Repetitions and surrounding space are removed; case matters.";

const UploadSourceInput = builder.inputType("UploadSourceInput", {
  description: "A file that the client uploads.",
  fields: (t) => ({
    filename: t.string({ required: true, description: "The file's name, without a folder." }),
    sizeBytes: t.field({
      type: "SafeInt",
      required: true,
      description: "The file's exact size in bytes; the upload takes no other.",
    }),
    contentType: t.string({ description: "Media type, e.g. `video/mp4`; by the file's name when left out." }),
  }),
});

const VideoSourceInput = builder.inputType("VideoSourceInput", {
  description: "Where the original comes from: exactly one of these.",
  isOneOf: true,
  fields: (t) => ({
    upload: t.field({ type: UploadSourceInput, description: "The client uploads it." }),
    url: t.field({
      type: "UrlSource",
      description: 'A worker downloads it: `url: "https://example.com/a.mp4"`, or `{ url, filename }`.',
    }),
  }),
});

const CreateVideoInput = builder.inputType("CreateVideoInput", {
  description: "A video to be made.",
  fields: (t) => ({
    title: t.string({ required: true, description: "1 to 500 characters." }),
    externalId: t.string({
      description: "The id that it has elsewhere, e.g. in a CMS; unique per workspace.",
    }),
    metadata: t.field({ type: "JSON", description: "The client's own JSON object, small. Default `{}`." }),
    tags: t.stringList({ description: tagsDescription }),
    profile: t.string({ description: "Name of a profile, see `profiles`. Default: the first of them." }),
    priority: t.field({ type: JobPriority, description: "Which jobs go first. Default STANDARD." }),
    playbackPolicy: t.field({
      type: PlaybackPolicy,
      description: "Who may watch it. Default: the workspace's `defaultPlaybackPolicy`.",
    }),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
    source: t.field({
      type: VideoSourceInput,
      required: true,
      description: "Where the original comes from.",
    }),
  }),
});

const UpdateVideoInput = builder.inputType("UpdateVideoInput", {
  description: "What to change of a video; fields left out stay as they are.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The video's id." }),
    title: t.string({ description: "1 to 500 characters." }),
    externalId: t.string({ description: "Null takes it away." }),
    metadata: t.field({ type: "JSON", description: "Replaces the whole object." }),
    tags: t.stringList({
      description: `Replaces all tags; null removes them. ${tagsDescription} \`tagVideos\` adds and removes single tags.`,
    }),
    playbackPolicy: t.field({
      type: PlaybackPolicy,
      description:
        "Who may watch it. The API follows within five seconds; what caches hold of a PUBLIC video is served for up to ten minutes more.",
    }),
  }),
});

builder.mutationField("createVideo", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Creates a video and the job that renders it: immediately for a URL, after the upload otherwise. Needs the scope WRITE, or an upload token.",
    args: { input: t.arg({ type: CreateVideoInput, required: true, description: "The video to be made." }) },
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
    description: "Changes what a client may change of a video.",
    args: { input: t.arg({ type: UpdateVideoInput, required: true, description: "What to change." }) },
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { id, title, externalId, metadata, tags, playbackPolicy } = input;
      if (title === null) {
        throw new InvalidInputError(
          "TITLE_INVALID",
          "title",
          "title: null is no title; give 1 to 500 characters, or leave it out to keep the present one.",
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
      "Reports that the upload of a video with `protocol: GCS_RESUMABLE` is complete. Safe to repeat; not needed with TUS. Needs the scope WRITE, or the upload token that created the video.",
    args: { input: t.arg({ type: CompleteUploadInput, required: true, description: "Whose upload." }) },
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
  description: "A video that is no more.",
  fields: (t) => ({
    deletedId: t.id({ description: "The id that it had.", resolve: ({ id }) => id }),
  }),
});

const DeleteVideoInput = idInput("DeleteVideoInput", "The video to delete.", "Video");

builder.mutationField("deleteVideo", (t) =>
  t.field({
    type: DeletedVideo,
    errors: mayFailWith(NotFoundError),
    description: "Deletes a video with its source, variants and jobs; a running one is canceled first.",
    args: { input: t.arg({ type: DeleteVideoInput, required: true, description: "Which one." }) },
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
      "Cancels every job of a video that waits or runs. Variants that are ready keep playing. Safe to repeat.",
    args: { input: t.arg({ type: CancelVideoInput, required: true, description: "Which one." }) },
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
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

builder.mutationField("retryVideo", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Repeats the newest job that renders the video, if it failed or was canceled, as `retryJob` does. Finished variants are kept.",
    args: { input: t.arg({ type: RetryVideoInput, required: true, description: "Which one." }) },
    resolve: async (query, _root, { input: { id, ...input } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const request = { videoId: subjectKey("Video", id), ...given(input) };
      const { videoId } = await retryVideo(ctx.operations, viewer, request);
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);
