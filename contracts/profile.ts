import { z } from "zod";
import { tiers } from "./states.ts";

/**
 * Video codecs of rungs. All output is 8-bit 4:2:0 in standard dynamic range, which every player of the codec
 * supports.
 */
export const videoCodecs = ["H264", "HEVC", "AV1"] as const;
export type VideoCodec = (typeof videoCodecs)[number];

/** Pattern for names of profiles and rungs. */
export const PROFILE_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
export const RUNG_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

export const Rung = z.object({
  /** Unique within the profile; also the variant's name: `720p`. */
  name: z.string().regex(RUNG_NAME),
  /** Pixels of the shorter side, so that portrait and landscape videos get the same rung. Even. */
  height: z.int().min(16).max(4320).multipleOf(2),
  tier: z.enum(tiers),
  codec: z.enum(videoCodecs),
  /**
   * Maximum video bitrate at up to 30 frames per second (VBV maximum rate); at 60 it is half as much again.
   */
  bitrateBps: z.int().min(10_000).max(200_000_000),
  /**
   * Maximum frame rate. A faster source keeps every second (third, …) frame. Default
   * `DEFAULT_MAX_FRAME_RATE`.
   */
  maxFrameRate: z.int().min(1).max(60).optional(),
  /**
   * Minimum mean VMAF, against the source at its own size. A variant below it is encoded again with finer
   * quality, or marked. Default: no minimum.
   */
  minVmaf: z.number().min(1).max(99).optional(),
});
export type Rung = z.infer<typeof Rung>;

export const DEFAULT_MAX_FRAME_RATE = 30;

export const maxFrameRateOf = ({ maxFrameRate }: Pick<Rung, "maxFrameRate">): number =>
  maxFrameRate ?? DEFAULT_MAX_FRAME_RATE;

export const ProfileAudio = z.object({
  codec: z.literal("AAC"),
  /** For a stereo track. Mono gets half of it, 5.1 three times as much. */
  bitrateBps: z.int().min(16_000).max(512_000),
  /**
   * `STEREO`: two channels, mixed down or duplicated. `SOURCE`: as many as the source has, up to 5.1. Default
   * `STEREO`.
   */
  channels: z.enum(["STEREO", "SOURCE"]).optional(),
  /** Normalizes every track to this integrated loudness (EBU R128), in LUFS. Null or absent: unchanged. */
  loudness: z.object({ targetLufs: z.number().min(-40).max(-5) }).nullish(),
});
export type ProfileAudio = z.infer<typeof ProfileAudio>;

/** A named set of rungs and options. Each task carries it whole, so that a worker needs nothing else. */
export const Profile = z.object({
  name: z.string().regex(PROFILE_NAME),
  /** Smallest first within each codec. Empty: audio only, e.g. for podcasts. */
  rungs: z.array(Rung).max(20),
  audio: ProfileAudio,
  segmentDurationMs: z.int().min(1_000).max(20_000),
  /** Distance between key frames. Segments are a multiple of it. */
  gopDurationMs: z.int().min(500).max(20_000),
  /** Adds an MP4 download: the largest H.264 variant up to this height, remuxed. Null or absent: none. */
  download: z.object({ height: z.int().min(16).max(4320) }).nullish(),
  /** Adds an animated preview once the video is READY. Default: only on request. */
  preview: z.boolean().optional(),
  /** Adds a DASH manifest over the same segments. Default true. */
  dash: z.boolean().optional(),
  /**
   * `FIXED`: the usual quality under the rungs' ceilings. `CONTENT_AWARE`: for videos of a minute or more,
   * samples decide how coarse each rung may be without a visible difference, and lower its ceiling. Default
   * `FIXED`.
   */
  bitrates: z.enum(["FIXED", "CONTENT_AWARE"]).optional(),
});
export type Profile = z.infer<typeof Profile>;

/** A profile without rungs renders audio only. */
export const isAudioOnly = ({ rungs }: Pick<Profile, "rungs">): boolean => rungs.length === 0;
