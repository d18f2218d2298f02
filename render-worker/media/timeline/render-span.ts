/**
 * A span of the timeline that one ffmpeg process renders: the frames that start in `[startMs, endMs)`. 0 is
 * the source's first frame or sample.
 */
export interface RenderSpan {
  startMs: number;
  /** Null: the end of the source. */
  endMs: number | null;
  /** Length of the first segment. Default: that of a video, which is short. */
  firstSegmentMs?: number;
}

export const wholeSpan: RenderSpan = { startMs: 0, endMs: null };

/** Where ffmpeg starts to read the source for a part of a split video. */
export interface SourceEntry {
  /** On the timeline; null: the source's beginning. */
  seekMs: number | null;
}
