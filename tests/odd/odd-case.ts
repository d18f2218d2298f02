import type { Turn } from "../../render-worker/testing/mp4-bytes.ts";

/** A file as a user might have it: how it is made, and what is known of it beforehand. */
export interface OddCase {
  /** What is odd about it, for people. */
  name: string;
  /** Of ffmpeg, without the output's name. */
  args: string[];
  /** Of the stored picture. */
  size: Size;
  /** Pictures per second. */
  rate: number;
  /** What must come out; null where only the file itself can tell. */
  frames: number | null;
  /** Quarter turns to the right, or mirrored. */
  turn?: Turn | null;
  /** Then copied from so far on, seconds: an edit list, or a beginning without a key frame. */
  cutAt?: number | null;
  /** Then another of the same kind is appended, whose clock begins so much later, seconds. */
  jump?: number | null;
  /** One quarter of the picture is brighter than the others: above, to the left. */
  hasCorner?: boolean;
  /** Releases of ffmpeg may differ in its times. */
  isClocked: boolean;
  /** So long that the API would have it made in parts. */
  isLong: boolean;
  expected?: Expected;
}

/** What a case promises beyond what its file tells. */
export interface Expected {
  /** Of the largest variant. */
  size: Size;
  durationMs: number;
  hasAudio: boolean;
  /** Each picture in parts is one of the stream in one piece, at the same time. */
  isSameInParts?: boolean;
  /** The last picture stands to this time. */
  standsToMs?: number;
}

export interface Size {
  width: number;
  height: number;
}

/** `1280x720` */
export function parseSize(text: string): Size {
  const [width = 0, height = 0] = text.split("x").map(Number);
  return { width, height };
}

/** `30000/1001` */
export function parseRate(rate: string): number {
  const [num = 0, den = 1] = rate.split("/").map(Number);
  return num / den;
}
