import { InvalidInputError, NotFoundError } from "../../src/errors.ts";
import { createPlaybackToken, type PlaybackToken } from "../../src/playback-access/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { subjectKey } from "../subject.ts";
import { PlaybackPurpose } from "./enums.ts";

const CreatePlaybackTokenInput = builder.inputType("CreatePlaybackTokenInput", {
  description: "A playback token to be made.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    purpose: t.field({ type: PlaybackPurpose, description: "What it is for. Default PLAY." }),
    expiresInSeconds: t.int({
      description:
        "Its life in seconds: 1 to 604800, 7 days. Default 3600. Playing ends with it unless the player refreshes it.",
    }),
    origins: t.stringList({
      description:
        "Sites that may use it, as origins such as `https://shop.example`, at most 10. Left out: any. A barrier for browsers only: other programs send the origin that they like.",
    }),
    viewerId: t.string({
      description: "Your own id of the viewer, at most 128 bytes, readable in the token: no personal data.",
    }),
  }),
});

const url = (what: string) =>
  ({
    nullable: true,
    description: `${what}; null where the purpose does not open it, or there is none yet.`,
  }) as const;

const PlaybackTokenType = builder.objectRef<PlaybackToken>("PlaybackToken").implement({
  description:
    "A token that opens one video for one purpose, and the addresses that carry it. Anyone who has it can use it until it expires.",
  fields: (t) => ({
    token: t.exposeString("token", { description: "The token itself, for `<reelay-player token>`." }),
    purpose: t.expose("purpose", { type: PlaybackPurpose, description: "What it is for." }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: "When it ends." }),
    hlsUrl: t.exposeString(
      "hlsUrl",
      url("The HLS master playlist, a stable address also before the video plays"),
    ),
    dashUrl: t.exposeString("dashUrl", url("The DASH manifest")),
    posterUrl: t.exposeString("posterUrl", url("The poster")),
    storyboardUrl: t.exposeString("storyboardUrl", url("The storyboard's WebVTT")),
    previewUrl: t.exposeString("previewUrl", url("The preview")),
    embedUrl: t.exposeString("embedUrl", url("The page for frames of other pages")),
    watchUrl: t.exposeString("watchUrl", url("The page that plays the video")),
    downloadUrl: t.exposeString("downloadUrl", url("The MP4 to keep")),
    statusUrl: t.exposeString("statusUrl", url("The video's state as JSON")),
  }),
});

builder.mutationField("createPlaybackToken", (t) =>
  t.field({
    type: PlaybackTokenType,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Signs a token for a video. Tokens are not stored, and each call gives another; to sign without a request, use `signPlaybackToken` of @reelay/client. Needs the scope WRITE.",
    args: {
      input: t.arg({ type: CreatePlaybackTokenInput, required: true, description: "The token to be made." }),
    },
    resolve: (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const request = { ...given(input), videoId: subjectKey("Video", input.videoId) };
      return createPlaybackToken(ctx.operations, viewer, request);
    },
  }),
);
