/** A piece of text and when it is shown. */
export interface Cue {
  startMs: number;
  endMs: number;
  /** The cue's WebVTT id, which styles may refer to; null without one, and for SubRip's numbers. */
  id: string | null;
  /** WebVTT cue settings such as the position. Empty for the default. */
  settings: string;
  /** WebVTT's cue text: with its markup, without empty lines. */
  text: string;
}

export interface Captions {
  cues: readonly Cue[];
  /** WebVTT `STYLE` and `REGION` blocks, unchanged. */
  blocks: readonly string[];
}
