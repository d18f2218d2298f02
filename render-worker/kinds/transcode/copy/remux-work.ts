import type { VariantState } from "@reelay/contracts";
import type { Need } from "../../../host/index.ts";
import { remuxNeed } from "../../../media/needs/index.ts";
import { type AudioTrack, describeForMemory, type SourceFile } from "../../../media/probe/index.ts";
import type { CopiedAudio, InstantPlan, Judgement } from "./plan-instant.ts";

/** The parts of a source that one attempt copies. */
export interface RemuxWork {
  source: SourceFile;
  plan: InstantPlan;
  /** Whether to make the variant `source`. */
  withPicture: boolean;
  /** Tracks to copy. */
  audioTracks: readonly CopiedAudio[];
}

/** Pure. */
export const needOfRemux = ({ source, plan }: RemuxWork): Need => ({
  program: "remux",
  bytes: remuxNeed(describeForMemory(source), { peakBps: plan.peakBps, longestMs: plan.longestSegmentMs }),
});

/**
 * Null if there is nothing to copy. Copying the audio depends on the source alone, not on an earlier
 * attempt's progress with the video: the other tasks of a long video were planned without a task for it.
 * Pure.
 *
 * @param wanted audio tracks to make that may be copied
 */
export function planRemuxWork(
  source: SourceFile,
  { plan }: Pick<Judgement, "plan">,
  { sourceVariant, wanted }: { sourceVariant: VariantState | null; wanted: readonly AudioTrack[] },
): RemuxWork | null {
  if (plan === null) return null;
  const withPicture = sourceVariant?.status === "PENDING";
  const audioTracks = plan.audioTracks.filter(({ track }) => wanted.includes(track));
  return withPicture || audioTracks.length > 0 ? { source, plan, withPicture, audioTracks } : null;
}
