import { readClocks, TICKS_PER_SECOND } from "@reelay/media-container";
import { readPiece, type SourceReader } from "../source/index.ts";

/** Bytes per read: contain some packets with a clock at any video bitrate. */
const windowBytes = 512 * 1024;
/** Of a remote source at most one part in this many is read. */
const farStride = 32;
/**
 * ffmpeg treats a step back, or one of ten seconds ahead, as a clock restart, unless it is asked to keep
 * timestamps.
 */
const backSeconds = 0.1;
const aheadSeconds = 10;
/** A gap between two samples from which nothing can be concluded. */
const farAheadSeconds = 60;

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
  const stride = isFar ? windowBytes * farStride : windowBytes;
  const limit = isFar ? farAheadSeconds : aheadSeconds;
  const before = new Map<number, number>();
  const lengths = new Map<number, number>();
  let isJumping = false;
  for (let start = 0; start < reader.sizeBytes; start += stride) {
    // Never waits for a source that is still arriving.
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
