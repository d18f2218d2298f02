import { isAudioOnly, maxFrameRateOf, type Profile, type Rung } from "@reelay/contracts";
import { builtInProfiles, defaultProfile, findProfile, listProfiles } from "../../src/profiles/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { AudioChannels, BitrateMode, Tier, VideoCodec } from "./enums.ts";

const RungType = builder.objectRef<Rung>("Rung").implement({
  description: "One step of a profile.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description: "Unique within the profile, and the variant's name: `720p`.",
    }),
    height: t.exposeInt("height", {
      description: "Pixels of the shorter side, so that a portrait and a landscape video get the same rung.",
    }),
    tier: t.expose("tier", { type: Tier, description: "How much it matters." }),
    codec: t.expose("codec", { type: VideoCodec, description: "What its picture is coded in." }),
    bitrateBps: t.exposeInt("bitrateBps", {
      description: "Ceiling of the video's bits per second at up to 30 frames per second.",
    }),
    maxFrameRate: t.int({
      description: "Most frames per second; faster sources are thinned out to every second (third, …) frame.",
      resolve: maxFrameRateOf,
    }),
    minVmaf: t.float({
      nullable: true,
      description:
        "Mean VMAF that its variants must reach: one that does not is made again, or marked. Null: none.",
      resolve: ({ minVmaf }) => minVmaf ?? null,
    }),
  }),
});

const LoudnessType = builder.objectRef<{ targetLufs: number }>("Loudness").implement({
  description: "How loud the audio is.",
  fields: (t) => ({
    targetLufs: t.exposeFloat("targetLufs", { description: "Integrated loudness (EBU R128)." }),
  }),
});

const ProfileDownloadType = builder.objectRef<{ height: number }>("ProfileDownload").implement({
  description: "An MP4 to download.",
  fields: (t) => ({
    height: t.exposeInt("height", { description: "The largest variant of at most this height is taken." }),
  }),
});

const ProfileAudioType = builder.objectRef<Profile["audio"]>("ProfileAudio").implement({
  description: "What becomes of the audio. It is AAC.",
  fields: (t) => ({
    bitrateBps: t.exposeInt("bitrateBps", {
      description: "Bits per second of a stereo track; one channel gets half, 5.1 three times as much.",
    }),
    channels: t.field({
      type: AudioChannels,
      description: "How many channels.",
      resolve: ({ channels }) => channels ?? "STEREO",
    }),
    loudness: t.field({
      type: LoudnessType,
      nullable: true,
      description: "The loudness that every track is brought to; null: left as it is.",
      resolve: ({ loudness }) => loudness ?? null,
    }),
  }),
});

export const ProfileType = builder.objectRef<Profile>("Profile").implement({
  description: "A named recipe of rungs.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "What `createVideo` names it by." }),
    isDefault: t.boolean({
      description: "Whether it is used where none is named.",
      resolve: (profile) => profile.name === defaultProfile.name,
    }),
    isBuiltIn: t.boolean({
      description: "Whether every workspace has it, and none can change it.",
      resolve: (profile) => builtInProfiles.some(({ name }) => name === profile.name),
    }),
    isAudioOnly: t.boolean({
      description: "Whether it makes audio only: it has no rungs.",
      resolve: isAudioOnly,
    }),
    rungs: t.field({
      type: [RungType],
      description: "Its steps, smallest first within each codec. None for audio only.",
      resolve: (profile) => profile.rungs,
    }),
    segmentDurationMs: t.exposeInt("segmentDurationMs", {
      description: "Milliseconds of video in one segment.",
    }),
    gopDurationMs: t.exposeInt("gopDurationMs", {
      description: "Milliseconds from key frame to key frame.",
    }),
    bitrateMode: t.field({
      type: BitrateMode,
      description: "How its rungs come to their bitrates.",
      resolve: ({ bitrates }) => bitrates ?? "FIXED",
    }),
    audio: t.field({
      type: ProfileAudioType,
      description: "What becomes of the audio.",
      resolve: (profile) => profile.audio,
    }),
    download: t.field({
      type: ProfileDownloadType,
      nullable: true,
      description: "The MP4 that every video gets; null: none.",
      resolve: ({ download }) => download ?? null,
    }),
    hasPreview: t.boolean({
      description: "Whether videos get an animated preview, once they are READY.",
      resolve: ({ preview }) => preview ?? false,
    }),
    hasDash: t.boolean({
      description: "Whether there is a DASH manifest over the same segments.",
      resolve: ({ dash }) => dash ?? true,
    }),
  }),
});

builder.queryField("profiles", (t) =>
  t.field({
    type: [ProfileType],
    description:
      "The recipes that a video can be rendered by: built-in ones first, then the workspace's own by name.",
    resolve: (_root, _args, ctx) => listProfiles(ctx.db, viewerWith(ctx, "READ").workspaceId),
  }),
);

builder.queryField("profile", (t) =>
  t.field({
    type: ProfileType,
    nullable: true,
    description: "The profile of this name; null when there is none.",
    args: { name: t.arg.string({ required: true, description: "Its name, e.g. `default`." }) },
    resolve: (_root, { name }, ctx) => findProfile(ctx.db, viewerWith(ctx, "READ").workspaceId, name),
  }),
);
