import type { PlaylistSegment } from "@reelay/contracts";
import { nextBorderMs, nextPictureMs, type RenderSpan } from "../timeline/index.ts";

/** A segment as it will be stored: of one or several of the encoder's pieces. */
export interface CutSegment {
  pieces: string[];
  durationMs: number;
}

export interface CutOptions {
  span: RenderSpan;
  /** How long a picture (or a frame of sound) is shown; null where that varies. */
  frameMs: number | null;
  /** When the video's first picture is shown, whichever part is made. Default 0. */
  firstPictureMs?: number;
  /** When its last picture ends, as far as the container says; sound may go on for long. */
  picturesEndMs?: number | null;
  segmentDurationMs: number;
}

/** Times of ffmpeg's playlist and of its key frames are rounded. */
const toleranceMs = 1;
/** Clocks of containers are rounded, often to milliseconds. */
const clockMs = 1.5;

/**
 * Puts the encoder's pieces, each of which begins with a key frame, together to segments that end at the video's borders. Give it each piece once, in
 * order. At a constant frame rate durations are those of the pictures. At a variable one a part begins and ends at its borders, where the picture that
 * stands is shown once more, or ends with the pictures. So it does where a rate that is only said to be constant has no picture just there.
 */
export class SegmentCutter {
  readonly #options: CutOptions;
  /** Of the segment that is being put together, on the timeline; null before the first piece. */
  #startMs: number | null = null;
  #endMs = 0;
  #pieces: string[] = [];

  constructor(options: CutOptions) {
    this.#options = options;
  }

  get hasBegun(): boolean {
    return this.#startMs !== null;
  }

  /** @param firstMs when the first picture is shown; null if that could not be read */
  begin(firstMs: number | null): void {
    const { startMs } = this.#options.span;
    const isNext = firstMs !== null && this.#isBorder(firstMs, startMs);
    this.#startMs = isNext ? firstMs : startMs === 0 ? 0 : this.#borderOf(startMs);
    this.#endMs = firstMs ?? startMs;
  }

  /** The segment that this piece completes, or null. */
  add(piece: PlaylistSegment, isLast: boolean): CutSegment | null {
    const { span, segmentDurationMs } = this.#options;
    const beginMs = this.#endMs;
    this.#endMs += piece.durationMs;
    if (isLast) this.#endMs = this.#lastsTo(beginMs);
    this.#pieces.push(piece.uri);
    const border = nextBorderMs((this.#startMs ?? span.startMs) + toleranceMs, segmentDurationMs);
    return this.#endMs >= border - toleranceMs ? this.#take() : null;
  }

  /** What is left when there are no more pieces. */
  rest(): CutSegment | null {
    return this.#pieces.length > 0 ? this.#take() : null;
  }

  /** To when the part's last picture stands, whose piece began at `beginMs`. */
  #lastsTo(beginMs: number): number {
    const { frameMs, picturesEndMs = null, span } = this.#options;
    const { endMs } = span;
    if (frameMs === null) {
      if (endMs !== null && (picturesEndMs ?? endMs) >= endMs - toleranceMs) return endMs;
      return picturesEndMs !== null && picturesEndMs > beginMs ? picturesEndMs : this.#endMs;
    }
    if (endMs === null || this.#isBorder(this.#endMs, endMs)) return this.#endMs;
    // So long none stands at a rate that is said to be constant, if nothing else is known: the pictures have ended.
    const goesOn = picturesEndMs === null ? endMs - this.#endMs < 1_000 : picturesEndMs >= endMs;
    return goesOn ? this.#borderOf(endMs) : this.#endMs;
  }

  /** Where two parts meet when there is no picture: where one should be, if it is known that there are more, so that both parts agree on it. */
  #borderOf(borderMs: number): number {
    const { frameMs, firstPictureMs = 0, picturesEndMs = null } = this.#options;
    return frameMs !== null && picturesEndMs !== null && picturesEndMs >= borderMs
      ? nextPictureMs(borderMs, frameMs, firstPictureMs)
      : borderMs;
  }

  /** Whether this is where one picture ends and the next begins that a constant rate has at or after a border of parts. */
  #isBorder(ms: number, borderMs: number): boolean {
    const { frameMs, firstPictureMs = 0 } = this.#options;
    if (frameMs === null) return false;
    return Math.abs(nextPictureMs(borderMs, frameMs, firstPictureMs) - ms) <= clockMs;
  }

  #take(): CutSegment {
    // Where sound changes its format its packets may overlap, and one that begins where a part should end is still heard.
    const durationMs = Math.max(1, Math.round((this.#endMs - (this.#startMs ?? 0)) * 1000) / 1000);
    const cut = { pieces: this.#pieces, durationMs };
    this.#startMs = this.#endMs;
    this.#pieces = [];
    return cut;
  }
}
