import { sourceVariantName } from "./instant.ts";
import type { Profile } from "./profile.ts";

interface Candidate {
  name: string;
  status: string;
  codec: string;
  /** Null: not planned yet. */
  width: number | null;
  height: number | null;
  bitrateBps: number;
}

/**
 * The variant that a download is made of: the largest of at most the profile's height that is ready, H.264 where the profile has it, since a file must
 * play anywhere. The source itself only where there is no other. Null when there is none: the API then asks for no download, and workers make none. Pure.
 */
export function chooseVariant<V extends Candidate>(
  variants: readonly V[],
  { rungs, download }: Pick<Profile, "rungs" | "download">,
): V | null {
  if (!download) return null;
  const codec = rungs.some((rung) => rung.codec === "H264") ? "H264" : rungs[0]?.codec;
  const ready = variants
    .filter((variant) => variant.status === "READY" && variant.codec === codec)
    .filter(({ width, height }) => Math.min(width ?? 0, height ?? 0) <= download.height)
    .toSorted((a, b) => pixels(a) - pixels(b) || a.bitrateBps - b.bitrateBps);
  return ready.findLast(({ name }) => name !== sourceVariantName) ?? ready.at(-1) ?? null;
}

const pixels = ({ width, height }: Candidate): number => (width ?? 0) * (height ?? 0);
