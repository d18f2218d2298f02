import { type SoundTrack, type SourceFile, soundStartMs } from "../../../media/probe/index.ts";
import { mustBeSearched, type RenderSpan } from "../../../media/timeline/index.ts";
import { soundLimitMs } from "./plan-audio-packets.ts";

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
