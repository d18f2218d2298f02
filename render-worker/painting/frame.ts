/** A frame, shown `repeats` times. */
export interface Frame {
  /** RGBA, rows from the top. */
  pixels: Buffer;
  repeats: number;
}

/** A frame whose pixels stay until `KEPT_FRAMES` more frames have been read. */
export interface DrawnFrame extends Frame {
  /**
   * All that differs from the frame before it: a rectangle and its pixels, as in a record `RECT`. Overwritten
   * when the next frame is read. Null: unknown.
   */
  change: Buffer | null;
}
