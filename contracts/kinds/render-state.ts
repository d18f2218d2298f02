import { z } from "zod";
import { ReportedError } from "../errors.ts";
import { NonStandardReason } from "../instant.ts";
import { SourceProbe } from "../probe.ts";
import { tiers, variantStatuses } from "../states.ts";
import { Storyboard } from "../storyboard.ts";
import { Download } from "./download-file.ts";

/** A replacement within an attempt: the encoder or decoder that failed, and its successor. */
export const EncoderChange = z.object({
  /** E.g. `h264_nvenc on NVIDIA L4`. */
  from: z.string(),
  /** E.g. `libx264`. */
  to: z.string(),
  /** One line of the failed one's log. */
  reason: z.string(),
  /** Variants that were restarted from their beginning. */
  variants: z.array(z.string()),
  at: z.iso.datetime(),
});
export type EncoderChange = z.infer<typeof EncoderChange>;

/** Fits into a 32-bit column. */
const count = z.int32().nonnegative();
const bytes = z.int().nonnegative();

/** The stored part of a media playlist. */
export const PublishedPlaylist = z.object({
  key: z.string(),
  /** RFC 6381 codec string, e.g. `avc1.640028`. */
  codecs: z.string(),
  /** Peak segment bitrate in bits per second (RFC 8216, BANDWIDTH). An upper estimate until `isComplete`. */
  bandwidthBps: z.int().positive(),
  averageBandwidthBps: z.int().positive(),
  segments: count,
  durationMs: z.number().nonnegative(),
  sizeBytes: bytes,
  /** Whether the playlist has its EXT-X-ENDLIST. */
  isComplete: z.boolean(),
});
export type PublishedPlaylist = z.infer<typeof PublishedPlaylist>;

export const VariantState = z.object({
  name: z.string(),
  /** Position in the ladder, smallest first, from 0. */
  index: count,
  tier: z.enum(tiers),
  status: z.enum(variantStatuses),
  codec: z.string(),
  width: z.int32().positive(),
  height: z.int32().positive(),
  frameRate: z.number().positive().nullable(),
  bitrateBps: z.int32().positive(),
  /**
   * Offset on the encoder's quality scale: positive is coarser than usual, negative finer. Content-aware
   * profiles set it. Default 0.
   */
  qualityOffset: z.number().min(-30).max(30).optional(),
  /** Minimum mean VMAF of the profile. */
  minVmaf: z.number().min(0).max(100).optional(),
  /**
   * In a task's `ladder`: ffmpeg's name of the encoder that made the head. A worker that has it uses it, so
   * that all parts share an initialization segment.
   */
  encoder: z.string().optional(),
  /** Null until its first segments are stored. */
  playlist: PublishedPlaylist.nullable(),
  /** Explains why it is `SKIPPED`. */
  skipReason: z.string().nullable(),
  error: ReportedError.nullable(),
});
export type VariantState = z.infer<typeof VariantState>;

/** Purpose of an audio track other than the program's main audio. */
export const audioRoles = ["COMMENTARY", "DESCRIPTION"] as const;
export type AudioRole = (typeof audioRoles)[number];

export const AudioState = z.object({
  /** Rendition name: `audio`, then `audio-2`, `audio-3`, … Default `audio`. */
  name: z
    .string()
    .regex(/^audio(-\d+)?$/)
    .optional(),
  /** Shown to viewers; unique among the video's tracks. */
  label: z.string().optional(),
  role: z.enum(audioRoles).optional(),
  /** The track is silent until then, so its first segment may take long. Default 0. */
  startMs: z.int32().nonnegative().optional(),
  codec: z.string(),
  channels: z.int32().positive(),
  /** BCP 47. Older workers send the container's own value. */
  language: z.string().nullable(),
  playlist: PublishedPlaylist.nullable(),
});
export type AudioState = z.infer<typeof AudioState>;

export const PartSegment = z.object({
  /** Object key. */
  key: z.string(),
  durationMs: z.number().positive(),
  sizeBytes: bytes,
});
export type PartSegment = z.infer<typeof PartSegment>;

/** Beginning of a SHA-256: enough to find what may be equal. */
const shortDigest = z.string().regex(/^[0-9a-f]{16}$/);

/**
 * The frames of a chunk, i.e. of a run of whole animations (calls of `play` or `wait`) or scenes. The digests
 * are made outside of the painter's jail: of the frames of a script, and of everything that decides those of
 * scenes.
 */
export const DrawnChunk = z.object({
  /** Name and version of the painter. */
  painter: z.string().max(200),
  /** Index of the last animation. */
  lastAnimation: count,
  /** Frames of the timeline before the chunk. */
  startFrame: count,
  /** Its own frames, repeated ones included. */
  frames: count,
  /**
   * SHA-256 of all frames, or of what changes from one to the next, with their repeats; of scenes: of
   * everything that they show. Hexadecimal.
   */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the first frame. */
  firstFrame: shortDigest,
  /** Of each animation that has frames, in order. */
  animations: z.array(shortDigest).min(1),
  /** Name of its first scene. Absent: it has none. */
  title: z.string().max(200).optional(),
  /** Id of the video for which it was drawn, if its segments were copied. Absent: they were encoded. */
  copiedFrom: z.string().optional(),
});
export type DrawnChunk = z.infer<typeof DrawnChunk>;

/** The stored segments of one rendition of a part of the timeline. */
export const RenditionPart = z.object({
  /** Name of a variant, or of an audio rendition: `audio`, `audio-2`, …. */
  rendition: z.string(),
  /** Start of the task's part. */
  startMs: z.int32().nonnegative(),
  /** End of the task's part; null: the end of the source. */
  endMs: z.int32().nonnegative().nullable(),
  /** Key of the initialization segment. It and the next two fields are empty for a part without content. */
  initKey: z.string(),
  /** SHA-256 of the initialization segment, hexadecimal. Parts with equal hashes share one. */
  initSha256: z.string().regex(/^([0-9a-f]{64})?$/),
  /** RFC 6381 codec string. */
  codecs: z.string(),
  segments: z.array(PartSegment),
  /** Whether all segments of the part are stored. */
  isComplete: z.boolean(),
  /** Of a complete chunk of an animation. */
  drawn: DrawnChunk.nullable().optional(),
  /**
   * SHA-256 of everything besides the frames that decides the bytes of the segments: encoder, settings,
   * filters. Of an animation.
   */
  recipe: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .optional(),
});
export type RenditionPart = z.infer<typeof RenditionPart>;

/** A run of whole scenes that is encoded by itself. */
export const SceneChunk = z.object({
  /** Indices of its first scene, and of the one after its last. */
  first: count,
  end: count.positive(),
  /** Frames of the timeline before it, and its own. */
  startFrame: count,
  frames: count.positive(),
  startMs: z.int32().nonnegative(),
});
export type SceneChunk = z.infer<typeof SceneChunk>;

/** What all workers that draw scenes of one video have to agree on. */
export const ScenePlan = z.object({
  /** Lengths of the spoken texts in milliseconds, by their ids; null: a text is not spoken. */
  clips: z.record(z.string(), z.number().positive().nullable()),
  /** In the order of the timeline. */
  chunks: z.array(SceneChunk),
});
export type ScenePlan = z.infer<typeof ScenePlan>;

/** Reported by a head's worker once it knows what the other tasks need: probe, ladder and speed. */
export const Split = z.object({
  /** End of the head. */
  headEndMs: z.int32().positive(),
  /**
   * Renditions that the other tasks make: variants and audio (`audio`, `audio-2`, …). Excludes those that the
   * head makes whole, such as a copied source.
   */
  renditions: z.array(z.string()),
  /** Seconds of video that this worker encodes per second with the whole ladder; null until measured. */
  speed: z.number().positive().nullable(),
  /**
   * ffmpeg's names of the encoders of the head's variants, by variant. A worker without one chooses its own.
   */
  encoders: z.record(z.string(), z.string()).optional(),
  /**
   * Longest observed time from a key frame of the source to a later position: how much a part may have to
   * decode before its own frames. Absent: unknown.
   */
  leadInMs: z.int32().nonnegative().optional(),
  /** Of scenes: all chunks of the video. The first worker draws those before `headEndMs`. */
  scenes: ScenePlan.optional(),
});
export type Split = z.infer<typeof Split>;

/** Frames of a part of the timeline that could not be decoded. */
export const SourceDamage = z.object({
  startMs: z.int32().nonnegative(),
  endMs: z.int32().nonnegative(),
  lostMs: z.int32().positive(),
});
export type SourceDamage = z.infer<typeof SourceDamage>;

/** Captions that a worker made of a narration. */
export const MadeCaptions = z.object({
  /** Of the WebVTT, at most 512 KiB. */
  key: z.string(),
  /** BCP 47. */
  language: z.string().max(35),
});
export type MadeCaptions = z.infer<typeof MadeCaptions>;

/** The result of a kind that produces variants: the full state of its attempt. */
export const RenderState = z.object({
  /**
   * The stored source. `key` differs from the task's only for sources fetched from a URL. Null until it is
   * read.
   */
  source: z
    .object({
      key: z.string(),
      sizeBytes: bytes,
      contentType: z.string().nullable(),
      probe: SourceProbe.nullable(),
      /** Reasons why players cannot play the source as it is; empty if they can. Absent: not examined. */
      nonStandardReasons: z.array(NonStandardReason).optional(),
    })
    .nullable(),
  variants: z.array(VariantState),
  /** The default audio track. */
  audio: AudioState.nullable(),
  /** Further audio tracks. */
  audios: z.array(AudioState).optional(),
  posterKey: z.string().nullable(),
  /** Absent or null: none. */
  storyboard: Storyboard.nullable().optional(),
  /** The file that the profile's `download` requests. */
  download: Download.nullable().optional(),
  /** Absent: none. */
  captions: MadeCaptions.optional(),
  /**
   * Renditions of an attempt at a part of the timeline; the API joins them into playlists. Empty: the attempt
   * writes its own playlists.
   */
  parts: z.array(RenditionPart).optional(),
  /**
   * The attempt draws other frames than earlier ones, whose parts of the variants that it makes are void.
   * Default false.
   */
  isRedrawn: z.boolean().optional(),
  /** From a head: how other tasks continue. */
  split: Split.optional(),
  /**
   * From an attempt at a part: the amount lost to a damaged source, if it exceeds one second and a tenth of
   * the part.
   */
  damage: SourceDamage.optional(),
  /** Encoders that failed and were replaced, in order. Only grows. */
  encoderChanges: z.array(EncoderChange).optional(),
});
export type RenderState = z.infer<typeof RenderState>;
