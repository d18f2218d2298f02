import { words } from "../ffmpeg/index.ts";
import type { SoundTrack, SourceFile } from "../probe/index.ts";
import { mustBeSearched } from "./plan-entry.ts";

/**
 * Of an MPEG transport stream ffmpeg takes the first of the streams that it uses for the beginning of time. So all that is made of one must use the same:
 * the picture and all sound. What a process has no use for is looked at, and goes nowhere.
 *
 * @returns for each stream that it leaves out, the options of an output for it; none of other containers, and where there is no sound
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
