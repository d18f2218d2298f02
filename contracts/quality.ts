import { z } from "zod";

/**
 * `VMAF`: 0 to 100, Netflix' model vmaf_v0.6.1. `SSIM`: 0 to 1, of the luma; used where ffmpeg has no
 * libvmaf.
 */
export const qualityMetrics = ["VMAF", "SSIM"] as const;
export type QualityMetric = (typeof qualityMetrics)[number];

/**
 * Similarity of a variant to the source, measured on samples from the whole video at the source's size (1080p
 * at most).
 */
export const Quality = z.object({
  metric: z.enum(qualityMetrics),
  mean: z.number().min(0).max(100),
  /**
   * 5th percentile over frames: the worst that viewers see for more than a moment. The lowest one of several
   * samples.
   */
  min: z.number().min(0).max(100),
  /** Number of compared frames. */
  samples: z.int32().positive(),
});
export type Quality = z.infer<typeof Quality>;

/** The programs and commands that made an attempt's output. */
export const Provenance = z.object({
  /** As ffmpeg prints it: `7.0.2-static`. */
  ffmpegVersion: z.string().max(200),
  /** `cpu`, or the device of the encoder. */
  device: z.string().max(200),
  /** ffmpeg's command lines, as arguments. They reproduce the output from the same source. */
  commands: z.array(z.array(z.string())),
  /**
   * Encoder by variant, with its device if any, and the build that the stream names:
   * `libx264, x264 core 164 r3095`.
   */
  encoders: z.record(z.string(), z.string().max(200)),
});
export type Provenance = z.infer<typeof Provenance>;

/** Characters of the texts that are heard in an attempt's output. */
export const SpeechUsage = z.object({
  /** Of those that a voice spoke for it. */
  spokenCharacters: z.int32().nonnegative(),
  /** Of those whose speech the workspace had, or that occurred before. */
  reusedCharacters: z.int32().nonnegative(),
});
export type SpeechUsage = z.infer<typeof SpeechUsage>;

/** Facts about an attempt's output other than its location. */
export const Account = z.object({
  provenance: Provenance,
  /**
   * Hash of the source: `sha256:` and the hexadecimal digest, or the store's own checksum; null if unknown.
   */
  sourceHash: z.string().max(200).nullable(),
  /** Quality of this attempt's part, by variant. Absent for variants that were not measured (yet). */
  quality: z.record(z.string(), Quality),
  /** Length of the chunks that the attempt drew and encoded itself. Absent: it encoded another source. */
  drawnMs: z.int().nonnegative().optional(),
  /** Absent: nothing is spoken. */
  speech: SpeechUsage.optional(),
});
export type Account = z.infer<typeof Account>;

/**
 * Merges measurements of different parts of one variant. VMAF and SSIM do not mix; VMAF takes precedence.
 * Null for none.
 */
export function mergeQuality(parts: readonly Quality[]): Quality | null {
  const metric = parts.some((part) => part.metric === "VMAF") ? "VMAF" : "SSIM";
  const alike = parts.filter((part) => part.metric === metric);
  if (alike.length === 0) return null;
  const samples = alike.reduce((sum, part) => sum + part.samples, 0);
  return {
    metric,
    mean: alike.reduce((sum, part) => sum + part.mean * part.samples, 0) / samples,
    min: Math.min(...alike.map(({ min }) => min)),
    samples,
  };
}
