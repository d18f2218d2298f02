import { SOURCE_VARIANT_NAME } from "./instant.ts";
import type { Profile } from "./profile.ts";

interface Candidate {
  name: string;
  status: string;
  codec: string;
  /** Null until planned. */
  width: number | null;
  height: number | null;
  bitrateBps: number;
}

/**
 * Selects the variant that a download is made of: the largest ready one up to the profile's height,
 * preferring H.264, since a file must play everywhere. The copied source is used only if there is no other.
 * Null if there is none; then the API requests no download and workers make none. Pure.
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
  return ready.findLast(({ name }) => name !== SOURCE_VARIANT_NAME) ?? ready.at(-1) ?? null;
}

const pixels = ({ width, height }: Candidate): number => (width ?? 0) * (height ?? 0);
