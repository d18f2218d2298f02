import type { SourceDamage } from "@reelay/contracts";

/** What one ffmpeg has made of a part of the timeline. */
interface MadeOfPart {
  startMs: number;
  lengthMs: number;
  /** Of the variant that has most pictures. */
  frames: number;
  /** Where the last of them is shown, on the timeline. */
  lastMs: number;
  /** Pictures per second that it should have; null where that is not known. */
  frameRate: number | null;
  /** They are at all sorts of distances: then that one comes late says as much as how many there are. */
  isVariable: boolean;
  /** ffmpeg's last words. */
  log: string;
}

const complaints =
  /error while decoding|error submitting packet|invalid data|invalid nal|non-existing [ps]ps|concealing|corrupt|no frame!|missing picture|reference picture missing|error splitting|decode_slice_header/i;

/** Less is lost of many recordings, and nobody minds. */
const leastShare = 0.1;
const leastMs = 1_000;

/**
 * How much of a part of a long video could not be decoded; null when it is nothing to speak of. Pictures that are far apart look the same, so what is
 * missing counts only where the decoder complained. Pure.
 */
export function judgeDamage({ startMs, lengthMs, ...made }: MadeOfPart): SourceDamage | null {
  if (made.frameRate === null || !complaints.test(made.log)) return null;
  const expected = (lengthMs / 1000) * made.frameRate;
  const byFrames = lengthMs * (1 - made.frames / expected);
  const byTime = made.isVariable ? lengthMs - (made.lastMs - startMs) : byFrames;
  const lostMs = Math.round(made.frames === 0 ? lengthMs : Math.min(byTime, byFrames));
  return lostMs >= Math.max(leastMs, lengthMs * leastShare)
    ? { startMs, endMs: Math.round(startMs + lengthMs), lostMs }
    : null;
}
