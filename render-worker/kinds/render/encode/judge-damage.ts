import type { SourceDamage } from "@reelay/contracts";

/** The output of one ffmpeg process for a part of the timeline. */
interface MadeOfPart {
  startMs: number;
  lengthMs: number;
  /** Of the variant with the most frames. */
  frames: number;
  /** Display time of the last one on the timeline. */
  lastMs: number;
  /** Expected frame rate; null if unknown. */
  frameRate: number | null;
  /** Frames have varying distances: a late last frame then matters as much as their number. */
  isVariable: boolean;
  /** ffmpeg's last log lines. */
  log: string;
}

const COMPLAINTS =
  /error while decoding|error submitting packet|invalid data|invalid nal|non-existing [ps]ps|concealing|corrupt|no frame!|missing picture|reference picture missing|error splitting|decode_slice_header/i;

/** Many recordings lose less, without a visible effect. */
const LEAST_SHARE = 0.1;
const LEAST_MS = 1_000;

/**
 * How much of a part of a long video could not be decoded; null if negligible. Widely spaced frames look the
 * same, so missing ones count only if the decoder logged errors. Pure.
 */
export function judgeDamage({ startMs, lengthMs, ...made }: MadeOfPart): SourceDamage | null {
  if (made.frameRate === null || !COMPLAINTS.test(made.log)) return null;
  const expected = (lengthMs / 1000) * made.frameRate;
  const byFrames = lengthMs * (1 - made.frames / expected);
  const byTime = made.isVariable ? lengthMs - (made.lastMs - startMs) : byFrames;
  const lostMs = Math.round(made.frames === 0 ? lengthMs : Math.min(byTime, byFrames));
  return lostMs >= Math.max(LEAST_MS, lengthMs * LEAST_SHARE)
    ? { startMs, endMs: Math.round(startMs + lengthMs), lostMs }
    : null;
}
