/** A piece of text and when it is shown. */
export interface Cue {
  startMs: number;
  endMs: number;
  /** WebVTT's own id of it, which its styles may name; null for none, and for SubRip's numbers. */
  id: string | null;
  /** WebVTT's cue settings: where it stands. Empty for the usual place. */
  settings: string;
  /** WebVTT's cue text: with its markup, without empty lines. */
  text: string;
}

export interface Captions {
  cues: readonly Cue[];
  /** WebVTT's `STYLE` and `REGION` blocks, as they came. */
  blocks: readonly string[];
}
