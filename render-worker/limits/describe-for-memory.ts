import type { SourceFile } from "../probe/source-file.ts";
import type { NeedInput } from "./estimate-need.ts";

/** What of a source decides how much memory its decoding needs. Pure. */
export function describeForMemory({ probe }: SourceFile): NeedInput["source"] {
  const { video, streamCount: streams } = probe;
  const { codedWidth: width, codedHeight: height, pixelFormat } = video;
  return { width, height, pixelFormat, isToneMapped: video.hdr !== null, streams };
}
