import type { Mp4Samples, Mp4Track } from "@reelay/media-container";

/** A track on the movie's clock, according to its edit list. */
interface PlacedTrack {
  startMs: number;
  endMs: number;
  shownMs: (sample: number) => number;
  /** Ticks of media before the shown part. */
  skippedTicks: number;
  /** Frames at the start, the end or in between are hidden. */
  isTrimmed: boolean;
  /** The same without the start, which may hide the audio's priming. */
  isTrimmedInside: boolean;
}

/** Edit lists are rounded to the movie's clock, often to a millisecond. */
const TOLERANCE_MS = 1;

export function placeTrack(
  { timeScale, edits }: Mp4Track,
  { decodeTimes, offsets }: Mp4Samples,
  movieTimeScale: number,
): PlacedTrack {
  const first = edits.findIndex(({ mediaTime }) => mediaTime >= 0);
  const edit = edits[first] ?? { duration: 0, mediaTime: 0 };
  const delay = edits.slice(0, Math.max(0, first)).reduce((sum, { duration }) => sum + duration, 0);
  const delayMs = (delay * 1000) / movieTimeScale;
  const toMs = (ticks: number) => (ticks * 1000) / timeScale;
  const shownTicks = (sample: number) => (decodeTimes[sample] ?? 0) + (offsets[sample] ?? 0);
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (let sample = 0; sample < offsets.length; sample += 1) {
    const shown = shownTicks(sample);
    earliest = Math.min(earliest, shown);
    latest = Math.max(latest, shown);
    end = Math.max(end, shown + (decodeTimes[sample + 1] ?? 0) - (decodeTimes[sample] ?? 0));
  }
  const shownMs = (sample: number) => toMs(shownTicks(sample) - edit.mediaTime) + delayMs;
  const editMs = edit.duration === 0 ? Number.POSITIVE_INFINITY : (edit.duration * 1000) / movieTimeScale;
  const isTrimmedInside =
    (edits.length > 0 && edits.length !== first + 1) ||
    toMs(latest - edit.mediaTime) >= editMs + TOLERANCE_MS;
  const skippedTicks = Math.max(0, edit.mediaTime - earliest);
  return {
    startMs: Math.max(0, toMs(earliest - edit.mediaTime)) + delayMs,
    endMs: toMs(end - edit.mediaTime) + delayMs,
    shownMs,
    skippedTicks,
    isTrimmed: isTrimmedInside || toMs(skippedTicks) > TOLERANCE_MS,
    isTrimmedInside,
  };
}
