import type { Quality } from "@reelay/contracts";

export interface Judged {
  minVmaf: number | null;
  quality: Quality | null;
}

/** Whether a variant misses its profile's minimum. Null: no minimum, or not measured as VMAF. Pure. */
export function belowMinimum({ minVmaf, quality }: Judged): boolean | null {
  if (minVmaf === null || quality?.metric !== "VMAF") return null;
  return quality.mean < minVmaf;
}

/** Explains a variant's relation to its minimum. Null if it meets it, or there is none. Pure. */
export function qualityNote(judged: Judged & { name: string; bitrateBps: number }): string | null {
  const { name, minVmaf, quality, bitrateBps } = judged;
  if (minVmaf === null) return null;
  if (quality === null) return `${name} should have a VMAF of ${minVmaf}, but was not measured (yet).`;
  if (quality.metric === "SSIM") {
    return `${name} should have a VMAF of ${minVmaf}, but its worker could not measure it: its ffmpeg has no libvmaf, and SSIM (${quality.mean}) is not comparable. Give the worker an ffmpeg with libvmaf.`;
  }
  if (quality.mean >= minVmaf) return null;
  return `${name} has a VMAF of ${quality.mean.toFixed(1)} and should have ${minVmaf}: its ceiling of ${bitrateBps} bits per second, or one more try, did not suffice. Raise the profile's ceiling, or lower the minimum.`;
}
