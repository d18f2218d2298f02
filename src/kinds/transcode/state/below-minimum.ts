import type { Quality } from "@reelay/contracts";

export interface Judged {
  minVmaf: number | null;
  quality: Quality | null;
}

/** Whether a variant falls short of what its profile asks for; null: nothing is asked, or it was not measured as VMAF. Pure. */
export function belowMinimum({ minVmaf, quality }: Judged): boolean | null {
  if (minVmaf === null || quality?.metric !== "VMAF") return null;
  return quality.mean < minVmaf;
}

/** What there is to say of a variant and its minimum, in a sentence; null when it meets it, or none is asked for. Pure. */
export function qualityNote(judged: Judged & { name: string; bitrateBps: number }): string | null {
  const { name, minVmaf, quality, bitrateBps } = judged;
  if (minVmaf === null) return null;
  if (quality === null) return `${name} should have a VMAF of ${minVmaf} and was not measured (yet).`;
  if (quality.metric === "SSIM") {
    return `${name} should have a VMAF of ${minVmaf}, which its worker could not measure: its ffmpeg has no libvmaf, and SSIM (${quality.mean}) does not tell. Give the worker an ffmpeg with libvmaf.`;
  }
  if (quality.mean >= minVmaf) return null;
  return `${name} has a VMAF of ${quality.mean.toFixed(1)} and should have ${minVmaf}: its ceiling of ${bitrateBps} bits per second, or one more try, allowed no more. Raise the profile's ceiling, or ask for less.`;
}
