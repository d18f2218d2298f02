import { z } from "zod";
import { ReportedError } from "../errors.ts";
import { SourceProbe } from "../probe.ts";
import { tiers, variantStatuses } from "../states.ts";

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
  /** Null until its first segments are stored. */
  playlist: PublishedPlaylist.nullable(),
  /** Why it is `SKIPPED`, in a sentence. */
  skipReason: z.string().nullable(),
  error: ReportedError.nullable(),
});
export type VariantState = z.infer<typeof VariantState>;

export const AudioState = z.object({
  codec: z.string(),
  channels: z.int32().positive(),
  language: z.string().nullable(),
  playlist: PublishedPlaylist.nullable(),
});
export type AudioState = z.infer<typeof AudioState>;

/**
 * Everything that an attempt knows so far. Every state report carries it whole, so that a report stands alone: the newest
 * one (by `sequence`) is enough, whatever was lost before it.
 */
export const RenderState = z.object({
  /** The stored source; `key` differs from the task's only for sources fetched from a URL. Null until it was read. */
  source: z
    .object({
      key: z.string(),
      sizeBytes: bytes,
      contentType: z.string().nullable(),
      probe: SourceProbe.nullable(),
    })
    .nullable(),
  variants: z.array(VariantState),
  audio: AudioState.nullable(),
  posterKey: z.string().nullable(),
});
export type RenderState = z.infer<typeof RenderState>;
