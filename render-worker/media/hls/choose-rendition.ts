import { SOURCE_VARIANT_NAME, type VariantState } from "@reelay/contracts";

/**
 * Selects the smallest finished variant whose shorter side has at least this many pixels, else the largest.
 * The source's copy is used only if there is no other. Null for none. Pure.
 */
export function chooseRendition(variants: readonly VariantState[], sidePixels: number): VariantState | null {
  const finished = variants
    .filter(({ status, playlist }) => status === "READY" && playlist?.isComplete)
    .toSorted((a, b) => a.width * a.height - b.width * b.height);
  const made = finished.filter(({ name }) => name !== SOURCE_VARIANT_NAME);
  const usable = made.length > 0 ? made : finished;
  return usable.find(({ width, height }) => Math.min(width, height) >= sidePixels) ?? usable.at(-1) ?? null;
}
