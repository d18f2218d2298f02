import { z } from "zod";

/** `VMAF`: 0 to 100, Netflix' vmaf_v0.6.1. `SSIM`: 0 to 1, of the brightness; measured where ffmpeg has no libvmaf. */
export const qualityMetrics = ["VMAF", "SSIM"] as const;
export type QualityMetric = (typeof qualityMetrics)[number];

/** How alike a variant's pictures are to the source's, on a few pictures from all over it, both at the source's size (1080p at most). */
export const Quality = z.object({
  metric: z.enum(qualityMetrics),
  mean: z.number().min(0).max(100),
  /** The 5th percentile of the pictures: the worst of what is seen for more than a moment. Of several samples' percentiles the lowest. */
  min: z.number().min(0).max(100),
  /** Pictures that were compared. */
  samples: z.int32().positive(),
});
export type Quality = z.infer<typeof Quality>;

/** What an attempt's output was made by. */
export const Provenance = z.object({
  /** As it prints it: `7.0.2-static`. */
  ffmpegVersion: z.string().max(200),
  /** `cpu`, or what the encoder worked on. */
  device: z.string().max(200),
  /** ffmpeg's command line, word by word: makes the same again from the same source. Several where the work took several runs. */
  commands: z.array(z.array(z.string())),
  /** By variant: ffmpeg's name of the encoder, with its device if it has one, and the build that the stream names: `libx264, x264 core 164 r3095`. */
  encoders: z.record(z.string(), z.string().max(200)),
});
export type Provenance = z.infer<typeof Provenance>;

/** What is known of an attempt's output besides where it lies. */
export const Account = z.object({
  provenance: Provenance,
  /** Which bytes it was made from: `sha256:` and the sum in hexadecimal, or the store's own sum; null while that is not known. */
  sourceHash: z.string().max(200).nullable(),
  /** By variant: how good this attempt's part of it is. Without those that were not measured (yet). */
  quality: z.record(z.string(), Quality),
});
export type Account = z.infer<typeof Account>;

/**
 * Several measurements of one variant, of different parts of it, as one. VMAF and SSIM do not mix: VMAF goes before. Null for none.
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
