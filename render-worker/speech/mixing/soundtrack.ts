import type { SpokenClip } from "../speaker.ts";

/** Samples per second of a mixed soundtrack. */
export const SOUNDTRACK_RATE = 48_000;
/** 16-bit samples of two channels. */
export const SOUNDTRACK_FRAME_BYTES = 4;

/** A spoken clip on the timeline. */
export interface PlacedClip {
  atMs: number;
  clip: Pick<SpokenClip, "samples" | "sampleRate">;
}

/** A sound file on the timeline. */
export interface PlacedSound {
  atMs: number;
  /** Absolute path of a file that ffmpeg can read. Nothing in it is trusted. */
  path: string;
  /** Its name in error messages, e.g. `tick.wav`. */
  name: string;
  /** A shorter file repeats, a longer one is cut. Default: the file's own length. */
  durationMs?: number;
  /** Default 0: as loud as in the file, beside speech at the soundtrack's loudness. */
  gainDb?: number;
}

/** What a soundtrack consists of. Whatever lies before its beginning or beyond its end is cut. */
export interface Soundtrack {
  durationMs: number;
  /**
   * Of a part of a longer one: where it begins there, and whether it is the end. Music goes on from one to
   * the next.
   */
  part?: { startMs: number; isLast: boolean };
  clips: readonly PlacedClip[];
  sounds: readonly PlacedSound[];
  /** Played from beginning to end, repeated as needed, softly, and more softly while there is speech. */
  music: Pick<PlacedSound, "path" | "name" | "gainDb"> | null;
}
