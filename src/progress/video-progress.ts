import { SOURCE_VARIANT_NAME } from "@reelay/contracts";
import type { VariantStatus, VideoStatus } from "../../prisma/generated/enums.ts";

interface VariantProgress {
  name: string;
  status: VariantStatus;
  width: number | null;
  height: number | null;
  fraction: number;
}

/** Progress of one variant, 0 to 1. */
export const variantFraction = (status: VariantStatus, fraction: number): number =>
  status === "READY" ? 1 : Math.min(1, Math.max(0, fraction));

/**
 * Progress of a video, 0 to 1: the variants' fractions weighted by their pixels, roughly their work. Excludes
 * skipped variants, and the source's copy unless it is the only variant. Failed and canceled variants keep
 * their fraction until the video is settled.
 */
export function videoProgress(status: VideoStatus, variants: readonly VariantProgress[]): number {
  if (status === "READY") return 1;
  let done = 0;
  let total = 0;
  const made = variants.filter(({ status }) => status !== "SKIPPED");
  const encoded = made.filter(({ name }) => name !== SOURCE_VARIANT_NAME);
  for (const variant of encoded.length > 0 ? encoded : made) {
    const weight = (variant.width ?? 1) * (variant.height ?? 1);
    total += weight;
    done += weight * variantFraction(variant.status, variant.fraction);
  }
  if (total === 0) return 0;
  // Below 1 until READY, since the master playlist may not be written yet.
  return Math.min(done / total, 0.999);
}
