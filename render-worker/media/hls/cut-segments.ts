import type { PlaylistSegment } from "@reelay/contracts";
import { nextBorderMs, nextPictureMs, type RenderSpan } from "../timeline/index.ts";

/** A segment to store, made of one or more of the encoder's pieces. */
export interface CutSegment {
  pieces: string[];
  durationMs: number;
  /** How long the last piece is shown. */
  lastPieceMs: number;
}

export interface CutOptions {
  span: RenderSpan;
  /** Duration of a frame; null if it varies. */
  frameMs: number | null;
  /** When the video's first frame is shown, whichever part is rendered. Default 0. */
  firstPictureMs?: number;
  /** End of the last frame, as the container states it. Audio may last longer. */
  picturesEndMs?: number | null;
  segmentDurationMs: number;
}

/** ffmpeg rounds times in its playlist and of its key frames. */
const TOLERANCE_MS = 1;
/** Containers round their clocks, often to milliseconds. */
const CLOCK_MS = 1.5;

/**
 * Joins the encoder's pieces, each of which starts with a key frame, into segments that end at the video's
 * borders. Pass each piece once, in order. At a constant frame rate, durations follow from the frames. At a
 * variable one, a part starts and ends at its borders, where the current frame is repeated, or ends with the
 * last frame; the same applies if a rate that is declared constant has no frame at the border.
 */
export class SegmentCutter {
  readonly #options: CutOptions;
  /** Start of the current segment on the timeline; null before the first piece. */
  #startMs: number | null = null;
  #endMs = 0;
  #lastPieceMs = 0;
  #pieces: string[] = [];

  constructor(options: CutOptions) {
    this.#options = options;
  }

  get hasBegun(): boolean {
    return this.#startMs !== null;
  }

  /** @param firstMs when the first frame is shown; null if it could not be read */
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
    this.#lastPieceMs = this.#endMs - beginMs;
    this.#pieces.push(piece.uri);
    const startMs = (this.#startMs ?? span.startMs) + TOLERANCE_MS;
    const border = nextBorderMs(startMs, segmentDurationMs, span.firstSegmentMs);
    return this.#endMs >= border - TOLERANCE_MS ? this.#take() : null;
  }

  /** The remaining pieces, after the last one. */
  rest(): CutSegment | null {
    return this.#pieces.length > 0 ? this.#take() : null;
  }

  /** End of the part's last frame, whose piece started at `beginMs`. */
  #lastsTo(beginMs: number): number {
    const { frameMs, picturesEndMs = null, span } = this.#options;
    const { endMs } = span;
    if (frameMs === null) {
      if (endMs !== null && (picturesEndMs ?? endMs) >= endMs - TOLERANCE_MS) return endMs;
      return picturesEndMs !== null && picturesEndMs > beginMs ? picturesEndMs : this.#endMs;
    }
    if (endMs === null || this.#isBorder(this.#endMs, endMs)) return this.#endMs;
    // At a rate declared constant, no frame lasts that long: the video has ended.
    const goesOn = picturesEndMs === null ? endMs - this.#endMs < 1_000 : picturesEndMs >= endMs;
    return goesOn ? this.#borderOf(endMs) : this.#endMs;
  }

  /**
   * Border between two parts without a frame: where one should be, if more frames follow, so that both parts
   * agree.
   */
  #borderOf(borderMs: number): number {
    const { frameMs, firstPictureMs = 0, picturesEndMs = null } = this.#options;
    return frameMs !== null && picturesEndMs !== null && picturesEndMs >= borderMs
      ? nextPictureMs(borderMs, frameMs, firstPictureMs)
      : borderMs;
  }

  /** Whether this is the first frame boundary of a constant rate at or after a border of parts. */
  #isBorder(ms: number, borderMs: number): boolean {
    const { frameMs, firstPictureMs = 0 } = this.#options;
    if (frameMs === null) return false;
    return Math.abs(nextPictureMs(borderMs, frameMs, firstPictureMs) - ms) <= CLOCK_MS;
  }

  #take(): CutSegment {
    // Where audio changes its format, packets may overlap, and one that starts at the end of a part is still
    // audible.
    const durationMs = Math.max(1, Math.round((this.#endMs - (this.#startMs ?? 0)) * 1000) / 1000);
    const cut = { pieces: this.#pieces, durationMs, lastPieceMs: this.#lastPieceMs };
    this.#startMs = this.#endMs;
    this.#pieces = [];
    return cut;
  }
}
