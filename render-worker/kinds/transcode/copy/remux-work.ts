import type { VariantState } from "@reelay/contracts";
import type { Need } from "../../../host/index.ts";
import { remuxNeed } from "../../../media/needs/index.ts";
import { describeForMemory, type SoundTrack, type SourceFile } from "../../../media/probe/index.ts";
import type { CopiedSound, InstantPlan, Judgement } from "./plan-instant.ts";

/** What of a source one attempt copies. */
export interface RemuxWork {
  source: SourceFile;
  plan: InstantPlan;
  /** Makes the variant `source`. */
  withPicture: boolean;
  /** Tracks that are copied. */
  sounds: readonly CopiedSound[];
}

/** Pure. */
export const needOfRemux = ({ source, plan }: RemuxWork): Need => ({
  program: "remux",
  bytes: remuxNeed(describeForMemory(source), { peakBps: plan.peakBps, longestMs: plan.longestSegmentMs }),
});

/**
 * Null when there is nothing to copy. Whether the sound is copied goes by the source alone, not by what of its picture an earlier attempt has
 * finished: the tasks for the rest of a long video were made without one for it. Pure.
 *
 * @param wanted tracks of sound that are to be made and may be copied
 */
export function planRemuxWork(
  source: SourceFile,
  { plan }: Pick<Judgement, "plan">,
  { sourceVariant, wanted }: { sourceVariant: VariantState | null; wanted: readonly SoundTrack[] },
): RemuxWork | null {
  if (plan === null) return null;
  const withPicture = sourceVariant?.status === "PENDING";
  const sounds = plan.sounds.filter(({ track }) => wanted.includes(track));
  return withPicture || sounds.length > 0 ? { source, plan, withPicture, sounds } : null;
}
