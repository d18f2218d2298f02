import { announcedBps, objectKeys, type RenderState } from "@reelay/contracts";
import { playlistFile } from "../../../media/ffmpeg/index.ts";
import { PartSink, PlaylistSink, type RenditionSink } from "../../../media/hls/index.ts";
import type { TranscodeAttempt } from "../context.ts";
import type { PartDecision } from "../split/index.ts";
import { assertReaches, withPart, withPlaylist, withSoundPlaylist } from "../state/index.ts";

/** The worker's own playlist: the rendition is wholly its business. */
export function toPlaylist(
  { ref, state, store, task }: TranscodeAttempt,
  rendition: {
    name: string;
    kind: "video" | "audio";
    bps: number;
    /** Below the attempt's prefix. */
    folder: string;
    signal: AbortSignal;
  },
): RenditionSink {
  const { segmentDurationMs } = task.profile;
  const { name, kind, bps, folder, signal } = rendition;
  return new PlaylistSink({
    store,
    key: objectKeys.attemptFile(ref.videoId, ref.attemptId, folder, playlistFile),
    segmentDurationMs,
    ceilingBps: announcedBps(bps, segmentDurationMs),
    signal,
    onPublished: (playlist) =>
      state.update((before) =>
        kind === "audio" ? withSoundPlaylist(before, name, playlist) : withPlaylist(before, name, playlist),
      ),
  });
}

/** Of a part the first segment and the end are told at once: with the first it may play, with the end the next part may follow. */
export function toPart(
  { state, source }: TranscodeAttempt,
  name: string,
  { span }: PartDecision,
): RenditionSink {
  return new PartSink(name, span, (part) => {
    if (part.isComplete && source?.beginningOf) assertReaches(name, span.endMs, part.segments);
    const isUrgent = part.isComplete || part.segments.length === 1;
    const change = (before: RenderState) => withPart(before, part);
    if (isUrgent) state.update(change);
    else state.updateSoon(change);
  });
}
