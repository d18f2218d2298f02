import { words } from "../ffmpeg/index.ts";
import type { SoundTrack, SourceFile } from "../probe/index.ts";
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
  uses: { picture: boolean; sounds: readonly SoundTrack[] },
): { index: number; options: string[] }[] {
  if (source.sounds.length === 0 || !mustBeSearched(source)) return [];
  const used = new Set(uses.sounds.map(({ index }) => index));
  const sounds = source.sounds.map(({ index }) => index).filter((index) => !used.has(index));
  const unused = [...(uses.picture ? [] : [source.videoIndex]), ...sounds];
  return unused.map((index) => ({ index, options: words(`-map 0:${index} -c copy -t 0.01`) }));
}
