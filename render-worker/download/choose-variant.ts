import { type Profile, sourceVariantName, type VariantState } from "@reelay/contracts";

/**
 * The variant that a download is made of: the largest of at most the profile's height that is ready, H.264 where the profile has it, since a file must
 * play anywhere. The source itself only where there is no other. Null when there is none. Pure.
 */
export function chooseVariant(
  variants: readonly VariantState[],
  { rungs, download }: Pick<Profile, "rungs" | "download">,
): VariantState | null {
  if (!download) return null;
  const codec = rungs.some((rung) => rung.codec === "H264") ? "H264" : rungs[0]?.codec;
  const ready = variants
    .filter(
      (variant) => variant.status === "READY" && variant.playlist?.isComplete && variant.codec === codec,
    )
    .filter(({ width, height }) => Math.min(width, height) <= download.height)
    .toSorted((a, b) => a.width * a.height - b.width * b.height || a.bitrateBps - b.bitrateBps);
  return ready.findLast(({ name }) => name !== sourceVariantName) ?? ready.at(-1) ?? null;
}
