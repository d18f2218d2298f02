/** A span of the timeline that one ffmpeg makes: the frames that begin in `[startMs, endMs)`. 0 is the source's first picture or sound. */
export interface RenderSpan {
  startMs: number;
  /** Null: to the end of the source. */
  endMs: number | null;
}

export const wholeSpan: RenderSpan = { startMs: 0, endMs: null };

/** Where ffmpeg begins to read the source for a part of a split video. */
export interface SourceEntry {
  /** On the timeline; null: from the source's beginning. */
  seekMs: number | null;
}
