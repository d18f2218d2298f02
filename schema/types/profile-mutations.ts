import type { Profile } from "@reelay/contracts";
import { ConflictError, InvalidInputError, InvalidProfileError, NotFoundError } from "../../src/errors.ts";
import { createProfile, deleteProfile, updateProfile } from "../../src/profiles/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { idempotencyKeyDescription } from "../idempotency.ts";
import { AudioChannels, BitrateMode, Tier, VideoCodec } from "./enums.ts";
import { ProfileType } from "./profile.ts";

const RungInput = builder.inputType("RungInput", {
  description: "One step of a profile.",
  fields: (t) => ({
    name: t.string({
      description:
        "Unique within the profile: lower-case letters, digits, hyphens. Default `720p`, with another codec `720p-hevc`.",
    }),
    height: t.int({ required: true, description: "Pixels of the shorter side: even, 64 to 4320." }),
    tier: t.field({
      type: Tier,
      description: "How much it matters. Default: CRITICAL to 480, STANDARD to 1080, PREMIUM above.",
    }),
    codec: t.field({ type: VideoCodec, description: "What its picture is coded in. Default H264." }),
    bitrateBps: t.int({
      required: true,
      description:
        "Ceiling of the video's bits per second at up to 30 frames per second; 60 get half as much again.",
    }),
    maxFrameRate: t.int({
      description: "Most frames per second, 1 to 60; faster sources are thinned out. Default 30.",
    }),
    minVmaf: t.float({
      description:
        "Mean VMAF, 1 to 99, that its variants must reach: one that does not is made again, or marked. Default: none.",
    }),
  }),
});

const LoudnessInput = builder.inputType("LoudnessInput", {
  description: "How loud the audio is.",
  fields: (t) => ({
    targetLufs: t.float({
      required: true,
      description:
        "Integrated loudness (EBU R128), -40 to -5: -23 for broadcast, -16 for podcasts, -14 for the web.",
    }),
  }),
});

const ProfileAudioInput = builder.inputType("ProfileAudioInput", {
  description: "What becomes of the audio. What is left out gets its default.",
  fields: (t) => ({
    bitrateBps: t.int({ description: "Bits per second of a stereo track, 16000 to 512000. Default 128000." }),
    channels: t.field({ type: AudioChannels, description: "How many channels. Default STEREO." }),
    loudness: t.field({
      type: LoudnessInput,
      description: "Brings every track to one loudness. Default: left as it is.",
    }),
  }),
});

const DownloadInput = builder.inputType("DownloadInput", {
  description: "An MP4 to download.",
  fields: (t) => ({
    height: t.int({ required: true, description: "The largest variant of at most this height is taken." }),
  }),
});

const recipe = (t: Parameters<Parameters<typeof builder.inputType>[1]["fields"]>[0]) => ({
  audio: t.field({ type: ProfileAudioInput, description: "What becomes of the audio." }),
  segmentDurationMs: t.int({
    description:
      "Milliseconds of video in one segment, 1000 to 20000, a multiple of `gopDurationMs`. Default 4000.",
  }),
  gopDurationMs: t.int({
    description: "Milliseconds from key frame to key frame, 500 to 20000. Default 2000.",
  }),
  bitrateMode: t.field({
    type: BitrateMode,
    description: "How rungs come to their bitrates. Default CONTENT_AWARE.",
  }),
  download: t.field({ type: DownloadInput, description: "An MP4 to download besides. Default: none." }),
  hasPreview: t.boolean({
    description: "An animated preview of every video, once it is READY. Default false.",
  }),
  hasDash: t.boolean({ description: "A DASH manifest over the same segments. Default true." }),
});

const CreateProfileInput = builder.inputType("CreateProfileInput", {
  description: "A profile to be made.",
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        "What `createVideo` names it by: 1 to 64 lower-case letters, digits, hyphens; not a built-in profile's.",
    }),
    rungs: t.field({
      type: [RungInput],
      required: true,
      description: "Its steps, smallest first within each codec, at most 20. None: audio only.",
    }),
    ...recipe(t),
    idempotencyKey: t.string({ description: idempotencyKeyDescription }),
  }),
});

const UpdateProfileInput = builder.inputType("UpdateProfileInput", {
  description: "What to change of a profile; fields left out stay as they are, null brings back the default.",
  fields: (t) => ({
    name: t.string({ required: true, description: "The profile's name, which stays." }),
    rungs: t.field({ type: [RungInput], description: "Replaces all steps." }),
    ...recipe(t),
  }),
});

interface Options {
  bitrateMode?: Profile["bitrates"] | null;
  hasPreview?: boolean | null;
  hasDash?: boolean | null;
}

/** Stored recipes name these three fields differently. A field that was left out stays left out. */
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
    description: "Adds a recipe to the workspace.",
    args: {
      input: t.arg({ type: CreateProfileInput, required: true, description: "The profile to be made." }),
    },
    resolve: (_root, { input }, ctx) => createProfile(ctx, viewerWith(ctx, "WRITE"), toRecipe(given(input))),
  }),
);

builder.mutationField("updateProfile", (t) =>
  t.field({
    type: ProfileType,
    errors: mayFailWith(NotFoundError, InvalidProfileError, ConflictError),
    description: "Changes a recipe for videos to come. What was made or is being made by it stays as it is.",
    args: { input: t.arg({ type: UpdateProfileInput, required: true, description: "What to change." }) },
    resolve: (_root, { input }, ctx) => updateProfile(ctx, viewerWith(ctx, "WRITE"), toRecipe(given(input))),
  }),
);

const DeletedProfile = builder.objectRef<{ name: string }>("DeletedProfile").implement({
  description: "A profile that is no more.",
  fields: (t) => ({
    deletedName: t.string({ description: "The name that it had.", resolve: ({ name }) => name }),
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
      "Takes a recipe away for videos to come. Videos keep what they were rendered by, retries included.",
    args: { input: t.arg({ type: DeleteProfileInput, required: true, description: "Which one." }) },
    resolve: async (_root, { input: { name } }, ctx) => {
      await deleteProfile(ctx, viewerWith(ctx, "WRITE"), name);
      return { name };
    },
  }),
);
