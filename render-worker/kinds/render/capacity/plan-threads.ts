import type { Threads } from "../../../media/needs/index.ts";

/** libavcodec's default maximum for a decoder. */
const MOST_DECODER_THREADS = 16;

/**
 * ffmpeg's default threads for this many processors: one more for decoders, half as many more for libx264.
 * Pure.
 */
export const planThreads = (cpus: number): Threads => ({
  decode: Math.min(MOST_DECODER_THREADS, Math.ceil(cpus) + 1),
  encode: Math.max(1, Math.floor(cpus * 1.5)),
});
