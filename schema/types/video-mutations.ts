import { InvalidInputError, NotFoundError } from "../../src/errors.ts";
import { keyOf } from "../../src/global-id.ts";
import {
  completeUpload,
  createVideo,
  deleteVideo,
  updateVideo,
  videoNotFound,
} from "../../src/videos/index.ts";
import { builder } from "../builder.ts";
import { uploaderIn, viewerOfVideo, viewerWith } from "../context.ts";
import { expectedErrors } from "../errors.ts";
import { given } from "../given.ts";
import { idempotencyKeyDescription, stillThere } from "../idempotency.ts";
import { JobPriority, PlaybackPolicy } from "./enums.ts";
import { Video } from "./video.ts";

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

const UrlSourceInput = builder.inputType("UrlSourceInput", {
  description: "A file that a worker fetches.",
  fields: (t) => ({
    url: t.string({ required: true, description: "HTTP or HTTPS, reachable from the workers." }),
    filename: t.string({ description: "Its name in the store; by the URL when left out." }),
  }),
});

const VideoSourceInput = builder.inputType("VideoSourceInput", {
  description: "Where the original comes from: exactly one of these.",
  isOneOf: true,
  fields: (t) => ({
    upload: t.field({ type: UploadSourceInput, description: "The client uploads it." }),
    url: t.field({ type: UrlSourceInput, description: "A worker fetches it." }),
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
    playbackPolicy: t.field({
      type: PlaybackPolicy,
      description:
        "Who may watch it. The API follows within five seconds; what caches hold of a PUBLIC video is served for up to ten minutes more.",
    }),
  }),
});

/** Throws `NotFoundError` for what is no video's id. */
function videoKey(id: string): string {
  const key = keyOf("Video", id);
  if (key !== null) return key;
  throw new NotFoundError(
    "VIDEO_NOT_FOUND",
    `There is no video ${JSON.stringify(id.slice(0, 100))} in this workspace. Use an id that \`videos\` or \`createVideo\` gave.`,
  );
}

builder.mutationField("createVideo", (t) =>
  t.prismaField({
    type: Video,
    errors: expectedErrors,
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
    errors: expectedErrors,
    description: "Changes what a client may change of a video.",
    args: { input: t.arg({ type: UpdateVideoInput, required: true, description: "What to change." }) },
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { id, title, externalId, metadata, playbackPolicy } = input;
      if (title === null) {
        throw new InvalidInputError(
          "TITLE_INVALID",
          "title",
          "title: null is no title; give 1 to 500 characters, or leave it out to keep the present one.",
        );
      }
      const { videoId } = await updateVideo(ctx.operations, viewer, {
        videoId: videoKey(id),
        ...(title !== undefined && { title }),
        ...(externalId !== undefined && { externalId }),
        ...(metadata !== undefined && { metadata }),
        ...(playbackPolicy && { playbackPolicy }),
      });
      return ctx.db.video.findUniqueOrThrow({ ...query, where: { id: videoId } });
    },
  }),
);

builder.mutationField("completeUpload", (t) =>
  t.prismaField({
    type: Video,
    errors: expectedErrors,
    description:
      "Reports that the upload of a video with `protocol: GCS_RESUMABLE` is complete. Safe to repeat; not needed with TUS. Needs the scope WRITE, or the upload token that created the video.",
    args: { id: t.arg.id({ required: true, description: "The video's id." }) },
    resolve: async (query, _root, { id }, ctx) => {
      const viewer = uploaderIn(ctx);
      const key = videoKey(id);
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

builder.mutationField("deleteVideo", (t) =>
  t.field({
    type: DeletedVideo,
    errors: expectedErrors,
    description: "Deletes a video with its source, variants and jobs; a running one is canceled first.",
    args: { id: t.arg.id({ required: true, description: "The video's id." }) },
    resolve: async (_root, { id }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      await deleteVideo(ctx.operations, viewer, { videoId: videoKey(id) });
      return { id };
    },
  }),
);
