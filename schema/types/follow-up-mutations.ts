import { NotFoundError } from "../../src/errors.ts";
import { requestDownload, requestPreview, setPoster } from "../../src/follow-ups/index.ts";
import { keyOf } from "../../src/global-id.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { expectedErrors } from "../errors.ts";
import { given } from "../given.ts";
import { idempotencyKeyDescription, stillThere } from "../idempotency.ts";
import { Video } from "./video.ts";

/** Throws `NotFoundError` for what is no video's id. */
function videoKey(id: string): string {
  const key = keyOf("Video", id);
  if (key !== null) return key;
  throw new NotFoundError(
    "VIDEO_NOT_FOUND",
    `There is no video ${JSON.stringify(id.slice(0, 100))} in this workspace. Use an id that \`videos\` or \`createVideo\` gave.`,
  );
}

builder.mutationField("setPoster", (t) =>
  t.prismaField({
    type: Video,
    errors: expectedErrors,
    description:
      "Has a worker take the poster at a time of the video, by a job of its own (`Video.poster { status job }`, event `video.poster-stored`). What is there stays until then. The newest wish counts; the same again changes nothing.",
    args: {
      id: t.arg.id({ required: true, description: "The video's id." }),
      atMs: t.arg.int({
        required: true,
        description: "Milliseconds from its beginning: 0 or more, less than its `durationMs`.",
      }),
      idempotencyKey: t.arg.string({ description: idempotencyKeyDescription }),
    },
    resolve: async (query, _root, { id, ...args }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { videoId } = await setPoster(ctx.operations, viewer, { videoId: videoKey(id), ...given(args) });
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);

builder.mutationField("requestPreview", (t) =>
  t.prismaField({
    type: Video,
    errors: expectedErrors,
    description:
      "Has a worker make an animated preview of a video that is READY, by a job of its own (`Video.preview { status job }`, event `video.preview-stored`). Asked for again, it is made once.",
    args: {
      id: t.arg.id({ required: true, description: "The video's id." }),
      idempotencyKey: t.arg.string({ description: idempotencyKeyDescription }),
    },
    resolve: async (query, _root, { id, ...args }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { videoId } = await requestPreview(ctx.operations, viewer, {
        videoId: videoKey(id),
        ...given(args),
      });
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);

builder.mutationField("requestDownload", (t) =>
  t.prismaField({
    type: Video,
    errors: expectedErrors,
    description:
      "Has a worker put a finished variant and the sound of a video that is READY into one MP4, without encoding anything again, by a job of its own (`Video.download { status job }`, event `video.download-stored`). Asked for again, it is made once; of another variant it takes the place of the one that is there.",
    args: {
      id: t.arg.id({ required: true, description: "The video's id." }),
      height: t.arg.int({
        description: "The largest variant of at most this height, 16 to 4320. Default: the largest.",
      }),
      idempotencyKey: t.arg.string({ description: idempotencyKeyDescription }),
    },
    resolve: async (query, _root, { id, ...args }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { videoId } = await requestDownload(ctx.operations, viewer, {
        videoId: videoKey(id),
        ...given(args),
      });
      return stillThere(ctx.db.video.findUnique({ ...query, where: { id: videoId } }));
    },
  }),
);
