import { z } from "zod";
import { ReportedError } from "../errors.ts";
import { NonStandardReason } from "../instant.ts";
import { EncoderChange } from "../messages/capabilities.ts";
import { SourceProbe } from "../probe.ts";
import { tiers, variantStatuses } from "../states.ts";
import { Storyboard } from "../storyboard.ts";
import { Download } from "./download-file.ts";

/** Fits into a column of 32 bits. */
const count = z.int32().nonnegative();
const bytes = z.int().nonnegative();

/** A media playlist in the store, as far as it has grown. */
export const PublishedPlaylist = z.object({
  key: z.string(),
  /** RFC 6381 codec string, e.g. `avc1.640028`. */
  codecs: z.string(),
  /** Peak of the segment bitrates, bits per second (RFC 8216, BANDWIDTH); an upper estimate until `isComplete`. */
  bandwidthBps: z.int().positive(),
  averageBandwidthBps: z.int().positive(),
  segments: count,
  durationMs: z.number().nonnegative(),
  sizeBytes: bytes,
  /** The playlist has its EXT-X-ENDLIST. */
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
  /** Steps on the encoder's own scale of quality that it is made coarser (or, below 0, finer) than usual, as its content allows. Default 0. */
  qualityOffset: z.number().min(-30).max(30).optional(),
  /** Mean VMAF that its profile asks for at least. */
  minVmaf: z.number().min(0).max(100).optional(),
  /**
   * In a task's `ladder`: ffmpeg's name of the encoder that the head of the video was made with. One that works there too is taken before any other, so
   * that the parts share an initialisation segment.
   */
  encoder: z.string().optional(),
  /** Null until its first segments are stored. */
  playlist: PublishedPlaylist.nullable(),
  /** Why it is `SKIPPED`, in a sentence. */
  skipReason: z.string().nullable(),
  error: ReportedError.nullable(),
});
export type VariantState = z.infer<typeof VariantState>;

/** What a track of sound is for, where it is not the programme's own sound. */
export const audioRoles = ["COMMENTARY", "DESCRIPTION"] as const;
export type AudioRole = (typeof audioRoles)[number];

export const AudioState = z.object({
  /** Of the rendition: `audio`, or `audio-2`, `audio-3`, … of further tracks. Left out: `audio`. */
  name: z
    .string()
    .regex(/^audio(-\d+)?$/)
    .optional(),
  /** What viewers choose it by, unique among the video's. */
  label: z.string().optional(),
  role: z.enum(audioRoles).optional(),
  /** It is silent up to here: it may be long until its first segment is made. Left out: it is not. */
  startMs: z.int32().nonnegative().optional(),
  codec: z.string(),
  channels: z.int32().positive(),
  /** BCP 47; older workers: as the container says it. */
  language: z.string().nullable(),
  playlist: PublishedPlaylist.nullable(),
});
export type AudioState = z.infer<typeof AudioState>;

export const PartSegment = z.object({
  /** Of the object in the store. */
  key: z.string(),
  durationMs: z.number().positive(),
  sizeBytes: bytes,
});
export type PartSegment = z.infer<typeof PartSegment>;

/** One rendition's segments of one task's part of the timeline, as far as they are stored. */
export const RenditionPart = z.object({
  /** A variant's name, or that of a sound rendition: `audio`, `audio-2`, …. */
  rendition: z.string(),
  /** The task's. */
  startMs: z.int32().nonnegative(),
  /** The task's; null: to the end of the source. */
  endMs: z.int32().nonnegative().nullable(),
  /** Of the initialisation segment; empty, like the two after it, in a part that turned out to hold nothing. */
  initKey: z.string(),
  /** SHA-256 of the initialisation segment, hexadecimal: parts whose hashes are equal need only one of them. */
  initSha256: z.string().regex(/^([0-9a-f]{64})?$/),
  /** RFC 6381 codec string. */
  codecs: z.string(),
  segments: z.array(PartSegment),
  /** No segment of the part is missing. */
  isComplete: z.boolean(),
});
export type RenditionPart = z.infer<typeof RenditionPart>;

/** What a head's worker says once it knows all that the tasks for the rest need: probe, ladder and speed. */
export const Split = z.object({
  /** Where the head ends. */
  headEndMs: z.int32().positive(),
  /** What the tasks for the rest are to make: variants, and sound (`audio`, `audio-2`, …). Not what the head makes whole, such as a copied source. */
  renditions: z.array(z.string()),
  /** Seconds of video that this worker encodes per second with the whole ladder; null while that was not measured. */
  speed: z.number().positive().nullable(),
  /** What makes the head's variants, by their names: ffmpeg's names of encoders. Where one is missing, the rest chooses for itself. */
  encoders: z.record(z.string(), z.string()).optional(),
  /** The longest time from a key frame of the source to a place after it that was looked at: what a part may have to decode besides its own. Left out: not known. */
  leadInMs: z.int32().nonnegative().optional(),
});
export type Split = z.infer<typeof Split>;

/** Pictures of a part of the timeline that could not be decoded. */
export const SourceDamage = z.object({
  startMs: z.int32().nonnegative(),
  endMs: z.int32().nonnegative(),
  lostMs: z.int32().positive(),
});
export type SourceDamage = z.infer<typeof SourceDamage>;

/** The result of a kind that produces variants: everything that its attempt knows so far. */
export const RenderState = z.object({
  /** The stored source; `key` differs from the task's only for sources fetched from a URL. Null until it was read. */
  source: z
    .object({
      key: z.string(),
      sizeBytes: bytes,
      contentType: z.string().nullable(),
      probe: SourceProbe.nullable(),
      /** Why players cannot take the source as it is; empty when they can. Absent: nobody has looked. */
      nonStandardReasons: z.array(NonStandardReason).optional(),
    })
    .nullable(),
  variants: z.array(VariantState),
  /** The track that players begin with. */
  audio: AudioState.nullable(),
  /** Further tracks. */
  audios: z.array(AudioState).optional(),
  posterKey: z.string().nullable(),
  /** Absent or null: the attempt made none. */
  storyboard: Storyboard.nullable().optional(),
  /** The file that the profile's `download` asks for. */
  download: Download.nullable().optional(),
  /** Of an attempt that makes a part of the timeline: its renditions, which the API joins to playlists. Empty: it writes its own playlists. */
  parts: z.array(RenditionPart).optional(),
  /** Of a head: the rest is for other tasks. */
  split: Split.optional(),
  /** Of an attempt at a part: how much of it was lost to a damaged source, where that is more than a second and a tenth. */
  damage: SourceDamage.optional(),
  /** Encoders that failed on the way and were replaced, in that order; grows only. */
  encoderChanges: z.array(EncoderChange).optional(),
});
export type RenderState = z.infer<typeof RenderState>;
