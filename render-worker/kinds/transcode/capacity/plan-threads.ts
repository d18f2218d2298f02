import type { Threads } from "../../../media/needs/index.ts";

/** libavcodec never takes more for a decoder by itself. */
const mostDecoderThreads = 16;

/** What ffmpeg takes by itself on a machine with so many processors: decoders one more than there are, libx264 half as many more. Pure. */
export const planThreads = (cpus: number): Threads => ({
  decode: Math.min(mostDecoderThreads, Math.ceil(cpus) + 1),
  encode: Math.max(1, Math.floor(cpus * 1.5)),
});
