import { InvalidInputError, NotFoundError } from "../../src/errors/index.ts";
import { createPlaybackToken, type PlaybackToken } from "../../src/playback-access/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { inputOf, subjectKey } from "../subject.ts";
import { PlaybackPurpose } from "./enums.ts";

const CreatePlaybackTokenInput = builder.inputType("CreatePlaybackTokenInput", {
  description: "A new playback token.",
  fields: (t) => ({
    videoId: t.id({ required: true, description: "The video's id." }),
    purpose: t.field({ type: PlaybackPurpose, description: "Purpose of the token. Default PLAY." }),
    expiresInSeconds: t.int({
      description:
        "Lifetime in seconds: 1 to 604800 (7 days). Default 3600. Playback stops at its end unless the player refreshes the token.",
    }),
    origins: t.stringList({
      description:
        "Websites that may use it, as origins such as `https://shop.example`, at most 10. Default: any. Only browsers enforce this; other programs can send any origin.",
    }),
    viewerId: t.string({
      description:
        "Your own id of the viewer, at most 128 bytes. It is readable in the token, so use no personal data.",
    }),
  }),
});

const url = (what: string) =>
  ({
    nullable: true,
    description: `${what}. Null if the purpose does not include it, or it does not exist yet.`,
  }) as const;

const PlaybackTokenType = builder.objectRef<PlaybackToken>("PlaybackToken").implement({
  description:
    "A token for one video and one purpose, with the addresses that carry it. Anyone who has it can use it until it expires.",
  fields: (t) => ({
    token: t.exposeString("token", { description: "The token, for `<reelay-player token>`." }),
    purpose: t.expose("purpose", { type: PlaybackPurpose, description: "Purpose of the token." }),
    expiresAt: t.expose("expiresAt", { type: "DateTime", description: "When it ends." }),
    hlsUrl: t.exposeString(
      "hlsUrl",
      url("The HLS master playlist, a stable address even before the video plays"),
    ),
    dashUrl: t.exposeString("dashUrl", url("The DASH manifest")),
    posterUrl: t.exposeString("posterUrl", url("The poster")),
    storyboardUrl: t.exposeString("storyboardUrl", url("The storyboard's WebVTT")),
    previewUrl: t.exposeString("previewUrl", url("The preview")),
    embedUrl: t.exposeString("embedUrl", url("The page to embed in other pages")),
    watchUrl: t.exposeString("watchUrl", url("The page that plays the video")),
    downloadUrl: t.exposeString("downloadUrl", url("The MP4 to keep")),
    statusUrl: t.exposeString("statusUrl", url("The video's status as JSON")),
  }),
});

builder.mutationField("createPlaybackToken", (t) =>
  t.field({
    type: PlaybackTokenType,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Signs a playback token for a video. Tokens are not stored, and each call returns a new one. To sign without a request, use `signPlaybackToken` of @reelay/client. Requires the scope WRITE.",
    args: inputOf(CreatePlaybackTokenInput),
    resolve: (_root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const request = { ...given(input), videoId: subjectKey("Video", input.videoId) };
      return createPlaybackToken(ctx.operations, viewer, request);
    },
  }),
);
