import { z } from "zod";
import { tiers } from "./states.ts";

/** What a rung's picture may be coded in. All are 8 bits, 4:2:0, standard range: what every player of the codec shows. */
export const videoCodecs = ["H264", "HEVC", "AV1"] as const;
export type VideoCodec = (typeof videoCodecs)[number];

/** What a name of a profile or a rung looks like. */
export const profileName = /^[a-z0-9][a-z0-9-]{0,63}$/;
export const rungName = /^[a-z0-9][a-z0-9-]{0,31}$/;

export const Rung = z.object({
  /** Unique within the profile, and the variant's name: `720p`. */
  name: z.string().regex(rungName),
  /** Pixels of the shorter side, so that a portrait and a landscape video get the same rung. Even. */
  height: z.int().min(16).max(4320).multipleOf(2),
  tier: z.enum(tiers),
  codec: z.enum(videoCodecs),
  /** Ceiling of the video's bits per second at up to 30 frames per second (VBV maximum rate); 60 get half as much again. */
  bitrateBps: z.int().min(10_000).max(200_000_000),
  /**
   * Most frames per second: a faster source is thinned out, to every second (third, …) of its frames. `defaultMaxFrameRate` where it is
   * left out.
   */
  maxFrameRate: z.int().min(1).max(60).optional(),
  /**
   * Mean VMAF, against the source at its own size, that a variant must reach: one that does not is made again, finer, or marked. Left out: none is
   * asked for.
   */
  minVmaf: z.number().min(1).max(99).optional(),
});
export type Rung = z.infer<typeof Rung>;

export const defaultMaxFrameRate = 30;

export const maxFrameRateOf = ({ maxFrameRate }: Pick<Rung, "maxFrameRate">): number =>
  maxFrameRate ?? defaultMaxFrameRate;

export const ProfileAudio = z.object({
  codec: z.literal("AAC"),
  /** Of a stereo track. One channel gets half of it, 5.1 three times as much. */
  bitrateBps: z.int().min(16_000).max(512_000),
  /** `STEREO`: everything is mixed down (or doubled) to two. `SOURCE`: as many as the source has, up to 5.1. Left out: `STEREO`. */
  channels: z.enum(["STEREO", "SOURCE"]).optional(),
  /** Brings every track to this integrated loudness (EBU R128), in LUFS. Null or left out: as loud as the source. */
  loudness: z.object({ targetLufs: z.number().min(-40).max(-5) }).nullish(),
});
export type ProfileAudio = z.infer<typeof ProfileAudio>;

/** A named recipe of rungs, carried whole in every task so that a worker needs nothing else. */
export const Profile = z.object({
  name: z.string().regex(profileName),
  /** Smallest first within each codec. None: sound only, e.g. for podcasts. */
  rungs: z.array(Rung).max(20),
  audio: ProfileAudio,
  segmentDurationMs: z.int().min(1_000).max(20_000),
  /** Distance of the key frames; segments are a multiple of it. */
  gopDurationMs: z.int().min(500).max(20_000),
  /** An MP4 to download besides: the largest H.264 variant of at most this height, not encoded again. Null or left out: none. */
  download: z.object({ height: z.int().min(16).max(4320) }).nullish(),
  /** An animated preview besides, once the video is READY. Left out: none, until it is asked for. */
  preview: z.boolean().optional(),
  /** A DASH manifest over the same segments. Left out: yes. */
  dash: z.boolean().optional(),
  /**
   * `FIXED`: the usual quality under the rungs' ceilings. `CONTENT_AWARE`: samples of a video of a minute or more decide how coarse each rung may be
   * without anybody seeing it, and how high its ceiling is; never above the profile's. Left out: `FIXED`.
   */
  bitrates: z.enum(["FIXED", "CONTENT_AWARE"]).optional(),
});
export type Profile = z.infer<typeof Profile>;

/** A profile without rungs renders the sound alone. */
export const isAudioOnly = ({ rungs }: Pick<Profile, "rungs">): boolean => rungs.length === 0;
