import type { VariantState } from "@reelay/contracts";
import type { SourceFile } from "../probe/source-file.ts";
import type { InstantPlan, Judgement } from "./plan-instant.ts";

/** What of a source one attempt copies. */
export interface RemuxWork {
  source: SourceFile;
  plan: InstantPlan;
  /** Makes the variant `source`. */
  withPicture: boolean;
  /** Null: not copied. */
  sound: InstantPlan["sound"];
}

/**
 * Null when there is nothing to copy. Whether the sound is copied goes by the source alone, not by what of its picture an earlier attempt has
 * finished: the tasks for the rest of a long video were made without one for it. Pure.
 */
export function planRemuxWork(
  source: SourceFile,
  { plan }: Pick<Judgement, "plan">,
  { sourceVariant, withAudio }: { sourceVariant: VariantState | null; withAudio: boolean },
): RemuxWork | null {
  if (plan === null) return null;
  const withPicture = sourceVariant?.status === "PENDING";
  const sound = withAudio ? plan.sound : null;
  return withPicture || sound !== null ? { source, plan, withPicture, sound } : null;
}
