import { sourceVariantName, type VariantState } from "@reelay/contracts";

/** Of the finished variants the smallest whose shorter side has at least so many pixels, else the largest; the source's copy only where there is no other. Null: none. Pure. */
export function chooseRendition(variants: readonly VariantState[], sidePixels: number): VariantState | null {
  const finished = variants
    .filter(({ status, playlist }) => status === "READY" && playlist?.isComplete)
    .toSorted((a, b) => a.width * a.height - b.width * b.height);
  const made = finished.filter(({ name }) => name !== sourceVariantName);
  const usable = made.length > 0 ? made : finished;
  return usable.find(({ width, height }) => Math.min(width, height) >= sidePixels) ?? usable.at(-1) ?? null;
}
