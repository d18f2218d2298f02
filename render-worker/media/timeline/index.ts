/** The timeline of a video: spans, borders, and where to start reading. */

export {
  AUDIO_FRAME_MS,
  firstPictureMs,
  frameDurationMs,
  nextPictureMs,
  picturesSpan,
} from "./frame-duration.ts";
export { planClock } from "./plan-clock.ts";
export { canBeEntered, findEntry, findLeadIns, mustBeSearched } from "./plan-entry.ts";
export { type RenderSpan, type SourceEntry, wholeSpan } from "./render-span.ts";
export { bordersMs, nextBorderMs } from "./segment-borders.ts";
