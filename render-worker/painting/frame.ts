/** A frame, shown `repeats` times. Its bytes are overwritten when the next frame is read. */
export interface DrawnFrame {
  /** RGBA, rows from the top. */
  pixels: Buffer;
  /**
   * All that differs from the frame before it: a rectangle and its pixels, as in a record `RECT`. Null:
   * unknown.
   */
  change: Buffer | null;
  repeats: number;
}

/** A frame as ffmpeg decodes it, shown `repeats` times. */
export interface FilmFrame {
  /** Of the screen codec: what differs from the packet before it. */
  packet: Buffer;
  repeats: number;
}
