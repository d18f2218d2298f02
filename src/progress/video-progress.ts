import { sourceVariantName } from "@reelay/contracts";
import type { VariantStatus, VideoStatus } from "../../prisma/generated/enums.ts";

interface VariantProgress {
  name: string;
  status: VariantStatus;
  width: number | null;
  height: number | null;
  fraction: number;
}

/** How far one variant is, 0 to 1. */
export const variantFraction = (status: VariantStatus, fraction: number): number =>
  status === "READY" ? 1 : Math.min(1, Math.max(0, fraction));

/**
 * How far a video is, 0 to 1: the variants' fractions weighted by their pixels, which is roughly by their
 * work. Skipped ones count for nothing; those that failed or were canceled stay where they stopped until the
 * video is settled. Nor does the source's copy, which takes no work, unless it is all there is.
 */
export function videoProgress(status: VideoStatus, variants: readonly VariantProgress[]): number {
  if (status === "READY") return 1;
  let done = 0;
  let total = 0;
  const made = variants.filter(({ status }) => status !== "SKIPPED");
  const encoded = made.filter(({ name }) => name !== sourceVariantName);
  for (const variant of encoded.length > 0 ? encoded : made) {
    const weight = (variant.width ?? 1) * (variant.height ?? 1);
    total += weight;
    done += weight * variantFraction(variant.status, variant.fraction);
  }
  if (total === 0) return 0;
  // Not READY, so not 1 to a viewer: the master playlist may still be on its way.
  return Math.min(done / total, 0.999);
}
