import type { PlaylistSegment } from "@reelay/contracts";
import type { RenderSpan } from "../part/render-span.ts";
import { nextBorderMs } from "../part/segment-borders.ts";

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
 * order. At a constant frame rate durations are those of the pictures. At a variable one nobody knows, at a part's end, how long its last picture
 * stands: there the part's own borders count, so that over all parts nothing adds up. So they do where a rate that is only said to be constant has no
 * picture just there.
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
    const { span } = this.#options;
    this.#startMs = firstMs !== null && this.#isBorder(firstMs, span.startMs) ? firstMs : span.startMs;
    this.#endMs = firstMs ?? span.startMs;
  }

  /** The segment that this piece completes, or null. */
  add(piece: PlaylistSegment, isLast: boolean): CutSegment | null {
    const { span, segmentDurationMs } = this.#options;
    this.#endMs += piece.durationMs;
    if (isLast && span.endMs !== null && this.#lastsTo(span.endMs)) this.#endMs = span.endMs;
    this.#pieces.push(piece.uri);
    const border = nextBorderMs((this.#startMs ?? span.startMs) + toleranceMs, segmentDurationMs);
    return this.#endMs >= border - toleranceMs ? this.#take() : null;
  }

  /** What is left when there are no more pieces. */
  rest(): CutSegment | null {
    return this.#pieces.length > 0 ? this.#take() : null;
  }

  /** Whether the part's last picture stands to its border, though that cannot be seen. */
  #lastsTo(borderMs: number): boolean {
    const { frameMs, picturesEndMs } = this.#options;
    if (frameMs === null) return (picturesEndMs ?? borderMs) >= borderMs - toleranceMs;
    // So long none stands at a rate that is said to be constant: the pictures have ended.
    return borderMs - this.#endMs < 1_000 && !this.#isBorder(this.#endMs, borderMs);
  }

  /** Whether this is where one picture ends and the next begins that a constant rate has at or after a border of parts. */
  #isBorder(ms: number, borderMs: number): boolean {
    const { frameMs, firstPictureMs = 0 } = this.#options;
    if (frameMs === null) return false;
    const pictures = Math.ceil((borderMs - firstPictureMs) / frameMs - 0.03);
    return Math.abs(firstPictureMs + pictures * frameMs - ms) <= clockMs;
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
