import type { VariantProgress, VariantsProgress } from "@reelay/contracts";
import type { LiveVariant } from "./live-progress.ts";
import { restAfter, sumProgress } from "./sum-progress.ts";

/** The columns are integers, and so are the GraphQL fields. */
const MOST = 2 ** 31 - 1;

/**
 * What the only task of a job says of a variant. One that makes but a head has the rest of the video still
 * before it. Pure.
 */
export function ofWholeVideo(
  told: VariantProgress,
  span: VariantsProgress["span"],
  videoMs: number | null,
): LiveVariant {
  const { fraction, frames, fps, speed, etaMs, sizeBytes } = told;
  if (span === undefined) {
    const wholeEtaMs = etaMs === null ? null : Math.min(Math.round(etaMs), MOST);
    return { fraction, frames, fps, speed, etaMs: wholeEtaMs, sizeBytes: BigInt(sizeBytes) };
  }
  const totalMs = videoMs ?? 0;
  const spanMs = Math.min(span.endMs ?? totalMs, totalMs) - span.startMs;
  const head = { spanMs, doneMs: fraction * spanMs, frames, sizeBytes, fps, speed };
  return sumProgress([head, restAfter(spanMs, totalMs)], totalMs);
}
