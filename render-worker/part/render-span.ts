/** A span of the timeline that one ffmpeg makes: the frames that begin in `[startMs, endMs)`. 0 is the source's first picture or sound. */
export interface RenderSpan {
  startMs: number;
  /** Null: to the end of the source. */
  endMs: number | null;
}

export const wholeSpan: RenderSpan = { startMs: 0, endMs: null };

/** Where ffmpeg begins to read the source for a span of a split video, and what it takes for the beginning of time. */
export interface SourceEntry {
  /** On the timeline; null: from the source's beginning. */
  seekMs: number | null;
  /** Of the timeline's 0 on the container's clock, in seconds. */
  zeroSeconds: number;
}
