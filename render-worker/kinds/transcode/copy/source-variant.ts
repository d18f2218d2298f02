import { sourceVariantName, type TranscodeParams, type VariantState } from "@reelay/contracts";
import type { Ladder } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import type { Judgement } from "./plan-instant.ts";

/**
 * The variant that is the source itself, if the source can be played as it is and the task is for it; one that an earlier attempt finished is
 * kept. It stands above the ladder, since players that go by the order begin with the first, and matters as much as the ladder's largest.
 * Pure.
 */
export function planSourceVariant(
  source: SourceFile,
  { plan }: Pick<Judgement, "plan">,
  ladder: Ladder,
  { keep, only }: Pick<TranscodeParams, "keep" | "only">,
): VariantState | null {
  if (only && !only.includes(sourceVariantName)) return null;
  const index = ladder.rungs.length + ladder.skipped.length;
  const kept = keep.variants.find(
    ({ name, status, playlist }) => name === sourceVariantName && status === "READY" && playlist?.isComplete,
  );
  if (kept) return { ...kept, index };
  if (plan === null) return null;
  const { width, height, frameRate } = source.probe.video;
  return {
    name: sourceVariantName,
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
