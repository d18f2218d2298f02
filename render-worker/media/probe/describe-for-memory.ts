import type { NeededSource } from "../needs/index.ts";
import type { SourceFile } from "./source-file.ts";

/** AAC has 47 packets per second at 48 kHz; what has more per second has them smaller. */
const soundPacketsPerSecond = 50;
/** Where the container does not say. */
const usualFrameRate = 60;

/** What of a source decides how much memory its reading and decoding need. Pure. */
export function describeForMemory({ probe, isSoundOnly, probedBytes = 0 }: SourceFile): NeededSource {
  const { video, streamCount: streams, durationMs } = probe;
  const { codedWidth: width, codedHeight: height, pixelFormat } = video;
  const pictures = isSoundOnly ? 0 : (video.frameRate ?? usualFrameRate);
  const perSecond = pictures + soundPacketsPerSecond * Math.max(1, streams - 1);
  const packets = Math.ceil((perSecond * (durationMs ?? 0)) / 1000);
  return { width, height, pixelFormat, isToneMapped: video.hdr !== null, streams, packets, probedBytes };
}
