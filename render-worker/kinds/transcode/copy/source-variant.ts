import { SOURCE_VARIANT_NAME, type TranscodeParams, type VariantState } from "@reelay/contracts";
import type { Ladder } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import type { Judgement } from "./plan-instant.ts";

/**
 * The variant that copies the source, if players can play it and the task includes it; a finished one of an
 * earlier attempt is kept. It ranks above the ladder, since players that rely on the order start with the
 * first, and has the tier of the ladder's largest rung. Pure.
 */
export function planSourceVariant(
  source: SourceFile,
  { plan }: Pick<Judgement, "plan">,
  ladder: Ladder,
  { keep, only }: Pick<TranscodeParams, "keep" | "only">,
): VariantState | null {
  if (only && !only.includes(SOURCE_VARIANT_NAME)) return null;
  const index = ladder.rungs.length + ladder.skipped.length;
  const kept = keep.variants.find(
    ({ name, status, playlist }) =>
      name === SOURCE_VARIANT_NAME && status === "READY" && playlist?.isComplete,
  );
  if (kept) return { ...kept, index };
  if (plan === null) return null;
  const { width, height, frameRate } = source.probe.video;
  return {
    name: SOURCE_VARIANT_NAME,
    index,
    tier: ladder.rungs.at(-1)?.tier ?? "STANDARD",
    status: "PENDING",
    codec: "H264",
    width,
    height,
    frameRate,
    bitrateBps: plan.peakBps,
    playlist: null,
    skipReason: null,
    error: null,
  };
}
