import type { RenderSpan } from "../../../media/timeline/index.ts";

/** Of the encoder's output; AAC frames have this length. */
const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = 1_024;

/** Audio after the end of a span that the encoder also receives, for its look-ahead. */
const LOOK_AHEAD_MS = 500;

/** Border between two parts' audio: the frame boundary at or just after the span's end. */
const borderSamples = (ms: number): number =>
  Math.ceil((ms * SAMPLE_RATE) / 1000 / FRAME_SAMPLES) * FRAME_SAMPLES;

/**
 * The bitstream filter that selects a span's packets from the encoded audio. Every part encodes the audio
 * from the video's beginning, which is cheap for a head and free for a whole video, so that the encoder is in
 * the same state on both sides of a border: the joined audio is identical to that of one encode. The first
 * packet contains only the encoder's delay; without it the audio starts at 0 for every player, even one that
 * ignores edit lists.
 */
export function planAudioPackets({ startMs, endMs }: RenderSpan): string {
  const before = startMs === 0 ? "eq(n,0)" : `lt(pts,${borderSamples(startMs)})`;
  const after = endMs === null ? "" : `+gte(pts,${borderSamples(endMs)})`;
  return `noise=drop=${`${before}${after}`.replaceAll(",", "\\,")}`;
}

/** Length of audio to encode. */
export const audioLimitMs = ({ endMs }: RenderSpan, longestMs: number): number =>
  endMs === null ? longestMs : endMs + LOOK_AHEAD_MS;
