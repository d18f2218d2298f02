import { isAudioOnly, maxFrameRateOf, type Profile, type Rung } from "@reelay/contracts";
import { builtInProfiles, defaultProfile, findProfile, listProfiles } from "../../src/profiles/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { AudioChannels, BitrateMode, Tier, VideoCodec } from "./enums.ts";

const RungType = builder.objectRef<Rung>("Rung").implement({
  description: "One step of a profile.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description: "Unique within the profile; also the variant's name: `720p`.",
    }),
    height: t.exposeInt("height", {
      description: "Pixels of the shorter side, so that portrait and landscape videos get the same rung.",
    }),
    tier: t.expose("tier", { type: Tier, description: "Importance." }),
    codec: t.expose("codec", { type: VideoCodec, description: "Video codec." }),
    bitrateBps: t.exposeInt("bitrateBps", {
      description: "Maximum video bitrate in bits per second at up to 30 frames per second.",
    }),
    maxFrameRate: t.int({
      description: "Maximum frame rate. Faster sources keep every second (third, …) frame.",
      resolve: maxFrameRateOf,
    }),
    minVmaf: t.float({
      nullable: true,
      description: "Minimum mean VMAF. A variant below it is encoded again, or marked. Null: none.",
      resolve: ({ minVmaf }) => minVmaf ?? null,
    }),
  }),
});

const LoudnessType = builder.objectRef<{ targetLufs: number }>("Loudness").implement({
  description: "Loudness of the audio.",
  fields: (t) => ({
    targetLufs: t.exposeFloat("targetLufs", { description: "Integrated loudness (EBU R128)." }),
  }),
});

const ProfileDownloadType = builder.objectRef<{ height: number }>("ProfileDownload").implement({
  description: "An MP4 to download.",
  fields: (t) => ({
    height: t.exposeInt("height", { description: "Maximum height. The largest variant up to it is used." }),
  }),
});

const ProfileAudioType = builder.objectRef<Profile["audio"]>("ProfileAudio").implement({
  description: "Audio settings. The codec is AAC.",
  fields: (t) => ({
    bitrateBps: t.exposeInt("bitrateBps", {
      description: "Bits per second of a stereo track. Mono gets half of it, 5.1 three times as much.",
    }),
    channels: t.field({
      type: AudioChannels,
      description: "How many channels.",
      resolve: ({ channels }) => channels ?? "STEREO",
    }),
    loudness: t.field({
      type: LoudnessType,
      nullable: true,
      description: "Loudness that every track is normalized to. Null: unchanged.",
      resolve: ({ loudness }) => loudness ?? null,
    }),
  }),
});

export const ProfileType = builder.objectRef<Profile>("Profile").implement({
  description: "A named set of rungs and options.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name for `createVideo`." }),
    isDefault: t.boolean({
      description: "Whether it is the default profile.",
      resolve: (profile) => profile.name === defaultProfile.name,
    }),
    isBuiltIn: t.boolean({
      description: "Whether it is built in: every workspace has it, and it cannot be changed.",
      resolve: (profile) => builtInProfiles.some(({ name }) => name === profile.name),
    }),
    isAudioOnly: t.boolean({
      description: "Whether it renders audio only, without rungs.",
      resolve: isAudioOnly,
    }),
    rungs: t.field({
      type: [RungType],
      description: "Rungs, smallest first within each codec. Empty: audio only.",
      resolve: (profile) => profile.rungs,
    }),
    segmentDurationMs: t.exposeInt("segmentDurationMs", {
      description: "Segment duration in milliseconds.",
    }),
    gopDurationMs: t.exposeInt("gopDurationMs", {
      description: "Distance between key frames in milliseconds.",
    }),
    bitrateMode: t.field({
      type: BitrateMode,
      description: "How bitrates are chosen.",
      resolve: ({ bitrates }) => bitrates ?? "FIXED",
    }),
    audio: t.field({
      type: ProfileAudioType,
      description: "Audio settings.",
      resolve: (profile) => profile.audio,
    }),
    download: t.field({
      type: ProfileDownloadType,
      nullable: true,
      description: "The MP4 that every video gets. Null: none.",
      resolve: ({ download }) => download ?? null,
    }),
    hasPreview: t.boolean({
      description: "Whether videos get an animated preview once they are READY.",
      resolve: ({ preview }) => preview ?? false,
    }),
    hasDash: t.boolean({
      description: "Whether videos get a DASH manifest over the same segments.",
      resolve: ({ dash }) => dash ?? true,
    }),
  }),
});

builder.queryField("profiles", (t) =>
  t.field({
    type: [ProfileType],
    description: "The available profiles: built-in ones first, then the workspace's own by name.",
    resolve: (_root, _args, ctx) => listProfiles(ctx.db, viewerWith(ctx, "READ").workspaceId),
  }),
);

builder.queryField("profile", (t) =>
  t.field({
    type: ProfileType,
    nullable: true,
    description: "The profile with this name. Null if it does not exist.",
    args: { name: t.arg.string({ required: true, description: "Its name, e.g. `default`." }) },
    resolve: (_root, { name }, ctx) => findProfile(ctx.db, viewerWith(ctx, "READ").workspaceId, name),
  }),
);
