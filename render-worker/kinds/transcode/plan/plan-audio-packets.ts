import type { RenderSpan } from "../../../media/timeline/index.ts";

/** Of the encoder's output; AAC's frames are this long. */
const sampleRate = 48_000;
const frameSamples = 1_024;

/** Sound after the end of a span that the encoder hears, too: it looks ahead. */
const lookAheadMs = 500;

/** The border between two parts' sound: that between two frames at the span's end or just after it. */
const borderSamples = (ms: number): number =>
  Math.ceil((ms * sampleRate) / 1000 / frameSamples) * frameSamples;

/**
 * The bitstream filter that leaves of the encoded sound what is the span's. Every part encodes the sound from the video's beginning, which costs little
 * for a head and nothing more for a whole, so that the encoder is in the same state at the border on both sides: the joined sound is, byte by byte,
 * that of one encode. The encoder's very first packet holds only its own delay; without it the sound begins at 0 for every player, also for
 * those that ignore edit lists.
 */
export function planSoundPackets({ startMs, endMs }: RenderSpan): string {
  const before = startMs === 0 ? "eq(n,0)" : `lt(pts,${borderSamples(startMs)})`;
  const after = endMs === null ? "" : `+gte(pts,${borderSamples(endMs)})`;
  return `noise=drop=${`${before}${after}`.replaceAll(",", "\\,")}`;
}

/** How much of the sound is encoded. */
export const soundLimitMs = ({ endMs }: RenderSpan, longestMs: number): number =>
  endMs === null ? longestMs : endMs + lookAheadMs;
