import type { Profile } from "@reelay/contracts";
import {
  ConflictError,
  InvalidInputError,
  InvalidProfileError,
  NotFoundError,
} from "../../src/errors/index.ts";
import { createProfile, deleteProfile, updateProfile } from "../../src/profiles/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION } from "../idempotency.ts";
import { inputOf } from "../subject.ts";
import { AudioChannels, BitrateMode, Tier, VideoCodec } from "./enums.ts";
import { ProfileType } from "./profile.ts";

const RungInput = builder.inputType("RungInput", {
  description: "One step of a profile.",
  fields: (t) => ({
    name: t.string({
      description:
        "Unique within the profile: lowercase letters, digits, hyphens. Default `720p`, or with another codec `720p-hevc`.",
    }),
    height: t.int({ required: true, description: "Pixels of the shorter side: even, 64 to 4320." }),
    tier: t.field({
      type: Tier,
      description: "Importance. Default: CRITICAL up to 480, STANDARD up to 1080, PREMIUM above.",
    }),
    codec: t.field({ type: VideoCodec, description: "Video codec. Default H264." }),
    bitrateBps: t.int({
      required: true,
      description:
        "Maximum video bitrate in bits per second at up to 30 frames per second; at 60 it is half as much again.",
    }),
    maxFrameRate: t.int({
      description: "Maximum frame rate, 1 to 60. Faster sources are reduced. Default 30.",
    }),
    minVmaf: t.float({
      description:
        "Minimum mean VMAF, 1 to 99. A variant below it is encoded again, or marked. Default: none.",
    }),
  }),
});

const LoudnessInput = builder.inputType("LoudnessInput", {
  description: "Loudness of the audio.",
  fields: (t) => ({
    targetLufs: t.float({
      required: true,
      description:
        "Integrated loudness (EBU R128), -40 to -5: -23 for broadcast, -16 for podcasts, -14 for the web.",
    }),
  }),
});

const ProfileAudioInput = builder.inputType("ProfileAudioInput", {
  description: "Audio settings. Absent fields use their defaults.",
  fields: (t) => ({
    bitrateBps: t.int({ description: "Bits per second of a stereo track, 16000 to 512000. Default 128000." }),
    channels: t.field({ type: AudioChannels, description: "Channels. Default STEREO." }),
    loudness: t.field({
      type: LoudnessInput,
      description: "Normalizes every track to one loudness. Default: unchanged.",
    }),
  }),
});

const DownloadInput = builder.inputType("DownloadInput", {
  description: "An MP4 to download.",
  fields: (t) => ({
    height: t.int({ required: true, description: "Maximum height. The largest variant up to it is used." }),
  }),
});

const recipe = (t: Parameters<Parameters<typeof builder.inputType>[1]["fields"]>[0]) => ({
  audio: t.field({ type: ProfileAudioInput, description: "Audio settings." }),
  segmentDurationMs: t.int({
    description:
      "Segment duration in milliseconds, 1000 to 20000, a multiple of `gopDurationMs`. Default 4000.",
  }),
  gopDurationMs: t.int({
    description: "Distance between key frames in milliseconds, 500 to 20000. Default 2000.",
  }),
  bitrateMode: t.field({
    type: BitrateMode,
    description: "How bitrates are chosen. Default CONTENT_AWARE.",
  }),
  download: t.field({ type: DownloadInput, description: "Adds an MP4 download. Default: none." }),
  hasPreview: t.boolean({
    description: "Adds an animated preview once the video is READY. Default false.",
  }),
  hasDash: t.boolean({ description: "Adds a DASH manifest over the same segments. Default true." }),
});

const CreateProfileInput = builder.inputType("CreateProfileInput", {
  description: "A new profile.",
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        "Name for `createVideo`: 1 to 64 lowercase letters, digits or hyphens. Must differ from the built-in profiles.",
    }),
    rungs: t.field({
      type: [RungInput],
      required: true,
      description: "Rungs, smallest first within each codec, at most 20. Empty: audio only.",
    }),
    ...recipe(t),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

const UpdateProfileInput = builder.inputType("UpdateProfileInput", {
  description: "Changes to a profile. Absent fields keep their values; null restores the default.",
  fields: (t) => ({
    name: t.string({ required: true, description: "The profile's name. It cannot be changed." }),
    rungs: t.field({ type: [RungInput], description: "Replaces all steps." }),
    ...recipe(t),
  }),
});

interface Options {
  bitrateMode?: Profile["bitrates"] | null;
  hasPreview?: boolean | null;
  hasDash?: boolean | null;
}

/** The stored profile uses other names for these three fields. Absent fields stay absent. */
const toRecipe = <Input extends Options>({ bitrateMode, hasPreview, hasDash, ...input }: Input) => ({
  ...input,
  ...(bitrateMode !== undefined && { bitrates: bitrateMode }),
  ...(hasPreview !== undefined && { preview: hasPreview }),
  ...(hasDash !== undefined && { dash: hasDash }),
});

builder.mutationField("createProfile", (t) =>
  t.field({
    type: ProfileType,
    errors: mayFailWith(InvalidProfileError, InvalidInputError, ConflictError),
    description: "Adds a profile to the workspace.",
    args: inputOf(CreateProfileInput),
    resolve: (_root, { input }, ctx) => createProfile(ctx, viewerWith(ctx, "WRITE"), toRecipe(given(input))),
  }),
);

builder.mutationField("updateProfile", (t) =>
  t.field({
    type: ProfileType,
    errors: mayFailWith(NotFoundError, InvalidProfileError, ConflictError),
    description: "Changes a profile for future videos. Existing videos keep their settings.",
    args: inputOf(UpdateProfileInput),
    resolve: (_root, { input }, ctx) => updateProfile(ctx, viewerWith(ctx, "WRITE"), toRecipe(given(input))),
  }),
);

const DeletedProfile = builder.objectRef<{ name: string }>("DeletedProfile").implement({
  description: "A deleted profile.",
  fields: (t) => ({
    deletedName: t.string({ description: "Name of the deleted profile.", resolve: ({ name }) => name }),
  }),
});

const DeleteProfileInput = builder.inputType("DeleteProfileInput", {
  description: "The profile to delete.",
  fields: (t) => ({ name: t.string({ required: true, description: "The profile's name." }) }),
});

builder.mutationField("deleteProfile", (t) =>
  t.field({
    type: DeletedProfile,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Deletes a profile for future videos. Existing videos keep their settings, also for retries.",
    args: inputOf(DeleteProfileInput),
    resolve: async (_root, { input: { name } }, ctx) => {
      await deleteProfile(ctx, viewerWith(ctx, "WRITE"), name);
      return { name };
    },
  }),
);
