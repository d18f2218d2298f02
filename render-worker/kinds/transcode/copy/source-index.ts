import type { AudioConfig } from "@reelay/media-container";

/** One segment of the source as it will be cut, at one of its own key frames. */
interface SourceSegment {
  startMs: number;
  durationMs: number;
  /** Of the picture. */
  sizeBytes: number;
  /** It begins with an IDR frame, from which any player can begin. */
  startsWithIdr: boolean;
}

/** What decides whether players can take a source's picture as it is, beyond its probe. Times are the timeline's: it begins at 0. */
export interface PictureIndex {
  /** H.264 level times ten, e.g. 40. */
  level: number;
  /** The first frame is one that a player can begin at. */
  startsWithKeyFrame: boolean;
  /** The longest time from one key frame to the next, or to the end. */
  longestGopMs: number;
  /** Of the lengths before the units of a frame. */
  lengthBytes: number;
  /** How it is cut. */
  cuts: { pieceMs: number; borderMs: number };
  segments: readonly SourceSegment[];
  /** Parts of the media are not to be shown (edit list). */
  isTrimmed: boolean;
  /** The container turns or mirrors the picture (display matrix). */
  isTurned: boolean;
  /** Decoder settings stand once, before the first frame. */
  hasOneDescription: boolean;
}

/** What decides whether the sound can be copied. */
export interface SoundIndex extends AudioConfig {
  /** Packets lie end to end, 1024 samples each. */
  isGapless: boolean;
  /** Samples before the sound begins, which the encoder needed to get going. */
  primingSamples: number;
  /** When it begins on the timeline, after its priming. */
  startMs: number;
  endMs: number;
}

export interface SourceIndex {
  picture: PictureIndex;
  /** Of the source's tracks of sound, in their order; null: it cannot be told. */
  sounds: readonly (SoundIndex | null)[];
}
