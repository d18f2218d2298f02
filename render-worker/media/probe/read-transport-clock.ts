import { readClocks, TICKS_PER_SECOND } from "@reelay/media-container";
import { readPiece, type SourceReader } from "../source/index.ts";

/** Bytes per read: contain some packets with a clock at any video bitrate. */
const WINDOW_BYTES = 512 * 1024;
/** Of a remote source at most one part in this many is read. */
const FAR_STRIDE = 32;
/**
 * ffmpeg treats a step back, or one of ten seconds ahead, as a clock restart, unless it is asked to keep
 * timestamps.
 */
const BACK_SECONDS = 0.1;
const AHEAD_SECONDS = 10;
/** A gap between two samples from which nothing can be concluded. */
const FAR_AHEAD_SECONDS = 60;

interface TransportClock {
  /** Recordings that were concatenated: no position of the timeline can be found by seeking. */
  isJumping: boolean;
  /** Total length without the jumps. */
  seconds: number;
}

/**
 * Reads the clock of an MPEG transport stream (PCR, ISO 13818-1, 2.4.3.5). Local files are read packet by
 * packet. Remote sources are sampled, which finds clock restarts but not every small step.
 */
export async function readTransportClock(
  reader: Pick<SourceReader, "read" | "sizeBytes" | "isAtHand">,
  isFar: boolean,
  signal: AbortSignal,
): Promise<TransportClock> {
  const stride = isFar ? WINDOW_BYTES * FAR_STRIDE : WINDOW_BYTES;
  const limit = isFar ? FAR_AHEAD_SECONDS : AHEAD_SECONDS;
  const before = new Map<number, number>();
  const lengths = new Map<number, number>();
  let isJumping = false;
  for (let start = 0; start < reader.sizeBytes; start += stride) {
    // Never waits for a source that is still arriving.
    if (!reader.isAtHand(Math.min(start + WINDOW_BYTES, reader.sizeBytes) - 1)) break;
    const window = await readPiece(reader, start, WINDOW_BYTES, signal);
    for (const { pid, ticks } of readClocks(window)) {
      const seconds = ticks / TICKS_PER_SECOND;
      const step = seconds - (before.get(pid) ?? seconds);
      const isJump = step < -BACK_SECONDS || step > limit;
      isJumping ||= isJump;
      lengths.set(pid, (lengths.get(pid) ?? 0) + (isJump ? 0 : step));
      before.set(pid, seconds);
    }
  }
  return { isJumping, seconds: Math.max(0, ...lengths.values()) };
}
