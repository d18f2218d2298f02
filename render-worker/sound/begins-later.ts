import { mustBeSearched } from "../part/plan-entry.ts";
import { soundLimitMs } from "../part/plan-sound-packets.ts";
import type { RenderSpan } from "../part/render-span.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { type SoundTrack, soundStartMs } from "./sound-track.ts";

/**
 * Whether a track's first sound comes after a head: ffmpeg would read the source up to there to find that it is silent before, and a viewer would wait
 * for that. Not in a transport stream, whose clock begins with the first of all its streams.
 */
export const beginsLater = (
  source: Pick<SourceFile, "probe" | "zeroSeconds">,
  track: Pick<SoundTrack, "probe">,
  span: RenderSpan,
): boolean =>
  span.startMs === 0 &&
  span.endMs !== null &&
  !mustBeSearched(source) &&
  soundStartMs(track, source.zeroSeconds) >= soundLimitMs(span, span.endMs);
