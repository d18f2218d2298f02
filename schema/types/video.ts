import { NonStandardReason, objectKeys, Profile, SourceProbe, Storyboard } from "@reelay/contracts";
import { assetColumns, assetsOf } from "../../src/database/index.ts";
import { encodeGlobalId } from "../../src/inputs/index.ts";
import { type Chunk, errorOf, readChunks } from "../../src/jobs/index.ts";
import { noteOnAudioTracks, videoProgress } from "../../src/videos/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { type Context, workspaceOf } from "../context.ts";
import { type AddressedVideo, addressColumns, mediaAddress, SIGNED_NOTE } from "../media-address.ts";
import { AudioTrack } from "./audio-track.ts";
import { CaptionTrack } from "./caption-track.ts";
import { CostType, videoCosts } from "./cost.ts";
import { PlaybackPolicy, VideoStatus } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { ProfileType } from "./profile.ts";
import { Source } from "./source.ts";
import { pendingUpload, Upload, uploadColumns } from "./upload.ts";
import { fractionOf, liveColumns, Variant } from "./variant.ts";

interface PlaybackShape {
  hlsUrl: string;
  dashUrl: string | null;
  posterUrl: string | null;
  storyboardUrl: string | null;
}

const Playback = builder.objectRef<PlaybackShape>("Playback").implement({
  description: `Media addresses of a video. ${SIGNED_NOTE}`,
  fields: (t) => ({
    hlsUrl: t.exposeString("hlsUrl", {
      description:
        "The HLS master playlist, a stable address. Its content grows as variants become playable.",
    }),
    dashUrl: t.exposeString("dashUrl", {
      nullable: true,
      description: "The DASH manifest of the same segments, a stable address. Null until the video is READY.",
    }),
    posterUrl: t.exposeString("posterUrl", {
      nullable: true,
      description:
        "The poster, so that this object has all addresses that a player needs. The same as `Video.poster { url }`, which exists before the video is PLAYABLE. Null until it is stored.",
    }),
    storyboardUrl: t.exposeString("storyboardUrl", {
      nullable: true,
      description:
        "Thumbnails for a seek bar: WebVTT whose cues refer to rectangles (`#xywh=`) of JPEG sprites. Null until it is stored.",
    }),
  }),
});

async function posterUrl(
  { assets, ...video }: AddressedVideo & Parameters<typeof assetsOf>[0],
  ctx: Context,
): Promise<string | null> {
  const { poster } = assetsOf({ assets });
  return poster && (await mediaAddress(ctx, video, poster.key));
}

async function storyboardUrl(json: unknown, video: AddressedVideo, ctx: Context): Promise<string | null> {
  const storyboard = Storyboard.nullable()
    .catch(null)
    .parse(json ?? null);
  return storyboard && (await mediaAddress(ctx, video, storyboard.vttKey));
}

const Reason = builder.objectRef<NonStandardReason>("NonStandardReason").implement({
  description: "One reason why players cannot play a source as it is.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "Stable, e.g. `KEY_FRAMES`." }),
    message: t.exposeString("message", { description: "Explains what was found and what was expected." }),
  }),
});

/** Jobs store their profile whole, so that changing or deleting a profile does not affect existing videos. */
const firstProfiles = createBatch(async (ctx, videoIds) => {
  const jobs = await ctx.db.job.findMany({
    where: { videoId: { in: [...videoIds] } },
    distinct: ["videoId"],
    orderBy: [{ videoId: "asc" }, { createdAt: "asc" }],
    select: { videoId: true, profile: true },
  });
  return new Map(jobs.map(({ videoId, profile }) => [videoId, profile]));
});

const chunks = createBatch((ctx, videoIds) => readChunks(ctx.db, videoIds));

export const VideoChunk = builder.objectRef<Chunk>("VideoChunk").implement({
  description: "A part of a video from a script or a template, which was drawn or copied by itself.",
  fields: (t) => ({
    index: t.exposeInt("index", { description: "From 0." }),
    title: t.exposeString("title", {
      nullable: true,
      description: "Name of its first scene. Null: of a script.",
    }),
    startMs: t.exposeInt("startMs", { description: "Where it begins, in milliseconds." }),
    endMs: t.exposeInt("endMs", { description: "Where it ends, in milliseconds." }),
    origin: t.id({
      nullable: true,
      description:
        "Id of the video for which it was drawn, if it was copied. That video may have been deleted since. Null: it was drawn for this one.",
      resolve: ({ copiedFrom }) => (copiedFrom === null ? null : encodeGlobalId("Video", copiedFrom)),
    }),
  }),
});

export const Video = builder.prismaNode("Video", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description: "A video: its title, its source, and the variants rendered from it.",
  select: { id: true },
  fields: (t) => ({
    title: t.exposeString("title", { description: "1 to 500 characters." }),
    externalId: t.string({
      nullable: true,
      description:
        "Id in another system, e.g. a CMS. Unique per workspace. Null for upload and viewer tokens.",
      select: { externalId: true },
      resolve: ({ externalId }, _args, { viewer }) => (viewer?.grant ? null : externalId),
    }),
    metadata: t.field({
      type: "JSON",
      description:
        "The client's own JSON object, not interpreted by Reelay. Empty (`{}`) for upload and viewer tokens.",
      select: { metadata: true },
      resolve: ({ metadata }, _args, { viewer }) => (viewer?.grant ? {} : metadata),
    }),
    profile: t.field({
      type: ProfileType,
      description: "The profile that it is rendered with, as it was when the video was created.",
      select: { id: true },
      resolve: ({ id }, _args, ctx) => firstProfiles(ctx, id).then((profile) => Profile.parse(profile)),
    }),
    tags: t.exposeStringList("tags", { description: "The client's own labels, at most 50." }),
    status: t.expose("status", { type: VideoStatus, description: "Status of the video." }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Error of a FAILED video.",
      select: { error: true },
      resolve: errorOf,
    }),
    playbackPolicy: t.expose("playbackPolicy", { type: PlaybackPolicy, description: "Who may watch it." }),
    cost: t.field({
      type: CostType,
      nullable: true,
      description:
        "What all its jobs cost so far, editions and assets included. Null if none ran on a machine with a price.",
      select: { id: true },
      resolve: async ({ id }, _args, ctx) => (await videoCosts(ctx, id)) ?? null,
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When the video was created." }),
    updatedAt: t.expose("updatedAt", { type: "DateTime", description: "When its own fields last changed." }),
    playableAt: t.expose("playableAt", {
      type: "DateTime",
      nullable: true,
      description: "When it first became playable. Null before.",
    }),
    readyAt: t.expose("readyAt", {
      type: "DateTime",
      nullable: true,
      description: "When every variant was settled. Null before.",
    }),
    durationMs: t.exposeInt("durationMs", {
      nullable: true,
      description: "Length in milliseconds. Null until probed.",
    }),
    width: t.exposeInt("width", {
      nullable: true,
      description: "Display size of the source in pixels. Null until probed.",
    }),
    height: t.exposeInt("height", {
      nullable: true,
      description: "Display size of the source in pixels. Null until probed.",
    }),
    frameRate: t.exposeFloat("frameRate", {
      nullable: true,
      description: "Frame rate of the source. Null until probed.",
    }),
    progress: t.float({
      description: "Combined progress of all its variants, 0 to 1, weighted by pixels. 1 once READY.",
      select: {
        status: true,
        variants: { select: { ...liveColumns, width: true, height: true }, orderBy: { position: "asc" } },
      },
      resolve: (video, _args, ctx) =>
        videoProgress(
          video.status,
          video.variants.map((variant) => ({ ...variant, fraction: fractionOf(variant, ctx) })),
        ),
    }),
    cursor: t.string({
      description: "Opaque position in its history, for `videoProgress(after:)`.",
      select: { id: true, revision: true },
      resolve: (video, _args, ctx) =>
        "cursor" in video && typeof video.cursor === "string" ? video.cursor : ctx.live.cursor(video),
    }),
    playback: t.field({
      type: Playback,
      nullable: true,
      description: "Media addresses. Null until it is PLAYABLE.",
      select: { ...addressColumns, playableAt: true, hasDash: true, assets: assetColumns, storyboard: true },
      resolve: async (video, _args, ctx) =>
        video.playableAt && {
          hlsUrl: await mediaAddress(ctx, video, objectKeys.master(video.id)),
          dashUrl: video.hasDash ? await mediaAddress(ctx, video, objectKeys.dash(video.id)) : null,
          posterUrl: await posterUrl(video, ctx),
          storyboardUrl: await storyboardUrl(video.storyboard, video, ctx),
        },
    }),
    upload: t.field({
      type: Upload,
      nullable: true,
      description:
        "The pending upload. Null for a URL source, and once received. Its address permits writing, so only keys with the scope WRITE and the upload token that created the video see it.",
      select: { status: true, source: { select: { ...uploadColumns, receivedAt: true } } },
      resolve: ({ status, source }, _args, ctx) =>
        status === "FAILED" || !source || source.receivedAt ? null : pendingUpload(source, ctx.viewer),
    }),
    edition: t.exposeInt("edition", {
      description: "Number of the edition that viewers get: 1 until `updateVideoSource` corrects the video.",
    }),
    nonStandardReasons: t.field({
      type: [Reason],
      nullable: true,
      description:
        "Why the source is not offered as it is, as the variant `source`. Empty if it is, null until probed. `AUDIO` alone does not exclude the video stream.",
      select: { nonStandardReasons: true },
      resolve: (video) => NonStandardReason.array().nullable().catch(null).parse(video.nonStandardReasons),
    }),
    source: t.relation("source", {
      type: Source,
      nullable: true,
      description: "The original.",
    }),
    chunks: t.field({
      type: [VideoChunk],
      description:
        "The finished chunks of a video from a script or a template, in the order of the timeline. Empty for others.",
      select: { id: true },
      resolve: async ({ id }, _args, ctx) => (await chunks(ctx, id)) ?? [],
    }),
    audioTracks: t.relation("audioTracks", {
      type: AudioTrack,
      description: "The audio tracks, the default one first. Empty until probed, and without audio.",
      // `audio`, `audio-2`, …, sorted as text; there are fewer than ten.
      query: { orderBy: { name: "asc" } },
    }),
    audioNote: t.string({
      nullable: true,
      description: "Explains which audio tracks of the source are left out. Null if none is.",
      select: { source: { select: { probe: true } } },
      resolve: ({ source }) => noteOnAudioTracks(SourceProbe.safeParse(source?.probe).data ?? null),
    }),
    captions: t.relation("captionTracks", {
      type: CaptionTrack,
      description: "Captions and subtitles, by language.",
      query: { orderBy: [{ language: "asc" }, { kind: "asc" }] },
    }),
    variants: t.relation("variants", {
      type: Variant,
      description: "The variants that viewers play, smallest first. Empty until the source is probed.",
      query: { orderBy: { position: "asc" } },
    }),
  }),
});
