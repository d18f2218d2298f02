import type { VariantProgress, VariantsProgress } from "@reelay/contracts";
import type { LiveVariant } from "./live-progress.ts";
import { ofWholeVideo } from "./of-whole-video.ts";
import type { KeptShare } from "./read-shares.ts";
import { type Share, sumProgress } from "./sum-progress.ts";

/** What one attempt said last. */
export interface HeardAttempt {
  jobId: string;
  taskId: string;
  sequence: number;
  span: VariantsProgress["span"];
  variants: Map<string, VariantProgress>;
}

/**
 * A variant that one task makes, as the attempt says that has come furthest. Undefined: none has spoken of
 * it. Pure.
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
 * A variant that several tasks make: what was kept of each, or what its lease holder said since. Undefined:
 * none makes it. Pure.
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
    // What an earlier attempt had done counts until this one is further.
    doneMs: Math.max(share.doneMs, fraction * share.spanMs),
    frames: Math.max(share.frames, frames),
    sizeBytes: Math.max(share.sizeBytes, sizeBytes),
    fps,
    speed,
  };
}
