import { words } from "../ffmpeg/index.ts";
import type { AudioTrack, SourceFile } from "../probe/index.ts";
import { mustBeSearched } from "./plan-entry.ts";

/**
 * For an MPEG transport stream, ffmpeg starts its clock at the first stream in use, so all renders of a
 * source must use the same streams: the video and all audio. Streams that a process does not need are read
 * and discarded.
 *
 * @returns options of an additional output for each unused stream; empty for other containers, and without
 * audio
 */
export function planClock(
  source: SourceFile,
  uses: { picture: boolean; audioTracks: readonly AudioTrack[] },
): { index: number; options: string[] }[] {
  if (source.audioTracks.length === 0 || !mustBeSearched(source)) return [];
  const used = new Set(uses.audioTracks.map(({ index }) => index));
  const audioTracks = source.audioTracks.map(({ index }) => index).filter((index) => !used.has(index));
  const unused = [...(uses.picture ? [] : [source.videoIndex]), ...audioTracks];
  return unused.map((index) => ({ index, options: words(`-map 0:${index} -c copy -t 0.01`) }));
}
