import type { DrawingStep, VariantProgress, VariantsProgress } from "@reelay/contracts";
import type { LiveVariant } from "./live-progress.ts";
import { ofWholeVideo } from "./of-whole-video.ts";
import type { KeptShare } from "./read-shares.ts";
import { type Share, sumProgress } from "./sum-progress.ts";

/** The last report of one attempt. */
export interface HeardAttempt {
  jobId: string;
  taskId: string;
  sequence: number;
  span: VariantsProgress["span"];
  variants: Map<string, VariantProgress>;
  step: DrawingStep | undefined;
  /** Earlier steps that no viewer has been shown yet. */
  passed: DrawingStep[];
}

/**
 * A variant that one task renders, according to the attempt that has come furthest. Undefined: none has
 * reported it. Pure.
 */
export function furthestOf(
  heard: readonly HeardAttempt[],
  name: string,
  videoMs: number | null,
): LiveVariant | undefined {
  const reported = heard.flatMap(({ variants, span }) => {
    const told = variants.get(name);
    return told === undefined ? [] : [{ told, span }];
  });
  const [first, ...others] = reported;
  if (first === undefined) return undefined;
  const { told, span } = others.reduce(
    (best, each) => (each.told.fraction > best.told.fraction ? each : best),
    first,
  );
  return ofWholeVideo(told, span, videoMs);
}

/**
 * A variant that several tasks render: the stored progress of each, or the newer report of its lease holder.
 * Undefined: none renders it. Pure.
 */
export const sumOf = (
  shares: readonly KeptShare[] | undefined,
  heard: ReadonlyMap<string, HeardAttempt>,
  videoMs: number | null,
): LiveVariant | undefined =>
  shares &&
  sumProgress(
    shares.map((share) => withHeard(share, heard)),
    videoMs ?? 0,
  );

function withHeard(share: KeptShare, heard: ReadonlyMap<string, HeardAttempt>): Share {
  const told = share.attemptId === null ? undefined : heard.get(share.attemptId)?.variants.get(share.name);
  if (told === undefined) return share;
  const { fraction, frames, sizeBytes, fps, speed } = told;
  return {
    spanMs: share.spanMs,
    // The progress of the previous attempt counts until this one exceeds it.
    doneMs: Math.max(share.doneMs, fraction * share.spanMs),
    frames: Math.max(share.frames, frames),
    sizeBytes: Math.max(share.sizeBytes, sizeBytes),
    fps,
    speed,
  };
}
