import { readClocks, TICKS_PER_SECOND } from "@reelay/media-container";
import { readPiece, type SourceReader } from "../source/index.ts";

/** Read in one go: some packets with a clock are in it, at any rate that video has. */
const windowBytes = 512 * 1024;
/** Of a source that is elsewhere not more than one part in so many is looked at. */
const farStride = 32;
/** ffmpeg takes a step back at once, and one ahead from ten seconds on, for a clock that was set anew, unless it is told to take times as they are. */
const backSeconds = 0.1;
const aheadSeconds = 10;
/** Where so much lies between two looks that nothing is known of it. */
const farAheadSeconds = 60;

interface TransportClock {
  /** Recordings that were put one behind the other: there is no timeline that could be entered in the middle. */
  isJumping: boolean;
  /** How long all of it lasts, without what the jumps leave out. */
  seconds: number;
}

/**
 * Reads the clock of an MPEG transport stream (PCR, ISO 13818-1, 2.4.3.5). Of a file every packet is looked at, of a source elsewhere a few: that
 * finds clocks that begin anew, not every small step.
 */
export async function readTransportClock(
  reader: Pick<SourceReader, "read" | "sizeBytes" | "isAtHand">,
  isFar: boolean,
  signal: AbortSignal,
): Promise<TransportClock> {
  const stride = isFar ? windowBytes * farStride : windowBytes;
  const limit = isFar ? farAheadSeconds : aheadSeconds;
  const before = new Map<number, number>();
  const lengths = new Map<number, number>();
  let isJumping = false;
  for (let start = 0; start < reader.sizeBytes; start += stride) {
    // Of what is still arriving nothing is waited for.
    if (!reader.isAtHand(Math.min(start + windowBytes, reader.sizeBytes) - 1)) break;
    const window = await readPiece(reader, start, windowBytes, signal);
    for (const { pid, ticks } of readClocks(window)) {
      const seconds = ticks / TICKS_PER_SECOND;
      const step = seconds - (before.get(pid) ?? seconds);
      const isJump = step < -backSeconds || step > limit;
      isJumping ||= isJump;
      lengths.set(pid, (lengths.get(pid) ?? 0) + (isJump ? 0 : step));
      before.set(pid, seconds);
    }
  }
  return { isJumping, seconds: Math.max(0, ...lengths.values()) };
}
