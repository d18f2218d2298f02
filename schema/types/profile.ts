import type { Profile, Rung } from "@reelay/contracts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { defaultProfile, profiles } from "../operations.ts";
import { Tier } from "./enums.ts";

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
    codec: t.exposeString("codec", { description: "Video codec, e.g. `H264`." }),
    bitrateBps: t.exposeInt("bitrateBps", { description: "Ceiling of the video's bits per second." }),
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
    rungs: t.field({
      type: [RungType],
      description: "Its steps, smallest first.",
      resolve: (profile) => profile.rungs,
    }),
    segmentDurationMs: t.exposeInt("segmentDurationMs", {
      description: "Milliseconds of video in one segment.",
    }),
    audioBitrateBps: t.int({
      description: "Bits per second of the audio, which all variants share.",
      resolve: (profile) => profile.audio.bitrateBps,
    }),
  }),
});

builder.queryField("profiles", (t) =>
  t.field({
    type: [ProfileType],
    description: "The recipes that a video can be rendered by.",
    resolve: (_root, _args, ctx) => {
      viewerWith(ctx, "READ");
      return profiles;
    },
  }),
);
