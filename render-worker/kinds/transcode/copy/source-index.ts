import type { AudioConfig } from "@reelay/media-container";

/** A segment of the source, starting at one of its key frames. */
interface SourceSegment {
  startMs: number;
  durationMs: number;
  /** Bytes of video. */
  sizeBytes: number;
  /** Starts with an IDR frame, at which any player can start. */
  startsWithIdr: boolean;
}

/**
 * Properties beyond the probe that decide whether players can play a source's video as it is. Times are on
 * the timeline.
 */
export interface PictureIndex {
  /** H.264 level times ten, e.g. 40. */
  level: number;
  /** Players can start at the first frame. */
  startsWithKeyFrame: boolean;
  /** The longest time from a key frame to the next one, or to the end. */
  longestGopMs: number;
  /** Size of the length prefix of a frame's units. */
  lengthBytes: number;
  /** Parameters of the cuts. */
  cuts: { pieceMs: number; borderMs: number };
  segments: readonly SourceSegment[];
  /** The edit list hides parts of the media. */
  isTrimmed: boolean;
  /** The display matrix rotates or mirrors the video. */
  isTurned: boolean;
  /** Decoder settings occur once, before the first frame. */
  hasOneDescription: boolean;
}

/** Properties that decide whether audio can be copied. */
export interface AudioIndex extends AudioConfig {
  /** Packets are contiguous, with 1024 samples each. */
  isGapless: boolean;
  /** Samples before the audio starts: the encoder's priming. */
  primingSamples: number;
  /** Start on the timeline, after the priming. */
  startMs: number;
  endMs: number;
}

export interface SourceIndex {
  picture: PictureIndex;
  /** The source's audio tracks in order; null: unknown. */
  audioTracks: readonly (AudioIndex | null)[];
}
