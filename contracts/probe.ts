import { z } from "zod";

const positive = z.number().positive();
const count = z.int().nonnegative();

export const VideoStreamProbe = z.object({
  codec: z.string(),
  profile: z.string().nullable(),
  pixelFormat: z.string().nullable(),
  /** Stored size in pixels, before rotation and pixel aspect are applied. */
  codedWidth: z.int().positive(),
  codedHeight: z.int().positive(),
  /** Display size in square pixels, after pixel aspect and rotation. */
  width: z.int32().positive(),
  height: z.int32().positive(),
  /** Clockwise rotation that players apply, in degrees: 0, 90, 180 or 270. */
  rotation: z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)]),
  /** Width of a stored pixel divided by its height, e.g. `{ num: 8, den: 9 }`. */
  pixelAspect: z.object({ num: z.int().positive(), den: z.int().positive() }),
  /** Average frames per second. */
  frameRate: positive.nullable(),
  isVariableFrameRate: z.boolean(),
  isInterlaced: z.boolean(),
  /** As the container states it. */
  frames: count.nullable(),
  /** Transfer of high dynamic range material: `PQ` (SMPTE ST 2084) or `HLG` (ARIB STD-B67). */
  hdr: z.enum(["PQ", "HLG"]).nullable(),
  colorPrimaries: z.string().nullable(),
  colorTransfer: z.string().nullable(),
  colorSpace: z.string().nullable(),
  colorRange: z.string().nullable(),
  /** Seconds at which the first frame is shown, on the container's clock. */
  startTime: z.number().nullable(),
});
export type VideoStreamProbe = z.infer<typeof VideoStreamProbe>;

export const AudioStreamProbe = z.object({
  codec: z.string(),
  channels: z.int().positive(),
  sampleRate: z.int().positive(),
  /** The container's value, mostly ISO 639-2. */
  language: z.string().nullable(),
  startTime: z.number().nullable(),
  /** The track's own title. */
  title: z.string().optional(),
});
export type AudioStreamProbe = z.infer<typeof AudioStreamProbe>;

/**
 * Reasons why an audio track is not encoded: ffmpeg has no decoder for it, the container declares it empty,
 * or it belongs to another program of the transport stream than the video.
 */
export const unsupportedAudioReasons = ["UNDECODABLE", "EMPTY", "OTHER_PROGRAM"] as const;
export type UnsupportedAudioReason = (typeof unsupportedAudioReasons)[number];

export const UnsupportedAudioTrack = z.object({
  codec: z.string(),
  language: z.string().nullable(),
  title: z.string().optional(),
  reason: z.enum(unsupportedAudioReasons),
});
export type UnsupportedAudioTrack = z.infer<typeof UnsupportedAudioTrack>;

/** Properties of a source, read once before planning. `null`: the container does not state it. */
export const SourceProbe = z.object({
  container: z.string(),
  durationMs: positive.nullable(),
  sizeBytes: count,
  bitrateBps: count.nullable(),
  /** Null: the source has no video, or the profile is audio only. */
  video: VideoStreamProbe.nullable(),
  /** The default audio track. */
  audio: AudioStreamProbe.nullable(),
  /**
   * All usable audio tracks, the default one first, if there are several. Includes those beyond
   * `maxAudioTracks`.
   */
  audios: z.array(AudioStreamProbe).optional(),
  /** Audio tracks that cannot be encoded. Absent if there are none. */
  unsupportedAudio: z.array(UnsupportedAudioTrack).optional(),
  streamCount: count,
});
export type SourceProbe = z.infer<typeof SourceProbe>;
