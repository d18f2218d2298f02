import { removeCaptions, setCaptions } from "../../src/captions/index.ts";
import {
  ConflictError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { CaptionTrack } from "./caption-track.ts";
import { CaptionKind } from "./enums.ts";
import { Video } from "./video.ts";

const SetCaptionsInput = builder.inputType("SetCaptionsInput", {
  description: "Captions or subtitles of a video in one language.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    language: t.string({ required: true, description: "BCP 47, e.g. `en`, `pt-BR`, `zh-Hant`." }),
    kind: t.field({ type: CaptionKind, description: "Kind of text. Default SUBTITLES." }),
    label: t.string({
      description: "Display name, 1 to 100 characters. Default: the language's own name.",
    }),
    isDefault: t.boolean({
      description:
        "Whether players show this track by default. It replaces the video's previous default track. Default false.",
    }),
    content: t.string({
      required: true,
      description: "WebVTT or SubRip (SRT) text of at most 512 KiB. Errors name the line.",
    }),
  }),
});

builder.mutationField("setCaptions", (t) =>
  t.prismaField({
    type: CaptionTrack,
    errors: mayFailWith(NotFoundError, InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Adds captions to a video, replacing those of the same language and kind. Safe to repeat. The playlists list them immediately; running players see them after a reload.",
    args: inputOf(SetCaptionsInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { videoId, language, kind, label, isDefault, content } = input;
      const { captionTrackId: id } = await setCaptions(ctx.operations, viewer, {
        ...{ videoId: subjectKey("Video", videoId), language, content },
        ...{ kind: kind ?? "SUBTITLES", label: label ?? null, isDefault: isDefault ?? false },
      });
      return ctx.db.captionTrack.findUniqueOrThrow({ ...query, where: { id } });
    },
  }),
);

const RemoveCaptionsInput = idInput("RemoveCaptionsInput", "The captions to remove.", "CaptionTrack");

builder.mutationField("removeCaptions", (t) =>
  t.prismaField({
    type: Video,
    errors: mayFailWith(NotFoundError),
    description: "Removes captions from a video. Returns the video.",
    args: inputOf(RemoveCaptionsInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const captionTrackId = subjectKey("CaptionTrack", input.id);
      const { videoId } = await removeCaptions(ctx.operations, viewer, { captionTrackId });
      return ctx.db.video.findUniqueOrThrow({ ...query, where: { id: videoId } });
    },
  }),
);
