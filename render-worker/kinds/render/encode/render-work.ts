import type { Readable } from "node:stream";
import type { DevicePlan } from "../../../media/devices/index.ts";
import type { RenditionSink } from "../../../media/hls/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { Threads } from "../../../media/needs/index.ts";
import type { AudioTrack, SourceFile } from "../../../media/probe/index.ts";
import type { Backdrop } from "../plan/index.ts";
import type { PartDecision, RestDecision, SplitWork } from "../split/index.ts";

/** A stream of what is made while it is read. */
interface LiveStream extends Readable {
  /** Whether its reader waits for what is not made yet. */
  isAwaited(): boolean;
}

/** Frames that are drawn while they are encoded, as the input `LIVE_INPUT`. */
export interface LivePictures {
  /**
   * Draws from the beginning, in a format that the input's options expect. The stream ends without an error.
   *
   * @param onFailed ends the encode with an error
   */
  open(onFailed: (error: unknown) => void): LiveStream;
  /** Detail of the drawing's progress. */
  progress(): object;
  /** Calls the listener when another step begins. */
  onStep(listener: () => void): void;
}

/**
 * A piece of a longer video that is encoded like a whole one, so that the same frames give the same segments
 * wherever they are shown. They are moved to their place when they are stored.
 */
export interface Piece {
  /** Where it begins on the timeline. */
  startSeconds: number;
  /** Length of the video; null: unknown. */
  videoMs: number | null;
  /** The attempt's part of the video, to which its progress refers. Absent: all of it. */
  share?: { startMs: number; endMs: number };
  /** Before the names of its objects, e.g. `3-`. */
  objectPrefix: string;
  /** What is made before it by now, by rendition. */
  before: () => ReadonlyMap<string, MadeBefore>;
  /** Announces the stored segments of a rendition. For the recipe, see `RenditionPart`. */
  sink(rendition: string, recipe: string): RenditionSink;
  /** Called when ffmpeg has ended, before everything is stored. */
  onEncoded(): void;
}

export interface MadeBefore {
  frames: number;
  sizeBytes: number;
}

/** The work of one pass of an attempt. */
export interface RenderWork {
  source: SourceFile;
  /** Absent: ffmpeg reads `source.input` itself. */
  pictures?: LivePictures;
  /** A clip behind the pictures, which have alpha then. Absent: none. */
  backdrop?: Backdrop;
  /** Memory of programs that run beside ffmpeg. Default 0. */
  besideBytes?: number;
  rungs: readonly PlannedRung[];
  /** Tracks to encode. */
  audioTracks: readonly AudioTrack[];
  part: PartDecision;
  /** Of a part that is `WHOLE`. Absent: it is the whole video. */
  piece?: Piece;
  /** Whether no other encode of this attempt reports the progress now. Default: always. */
  reportsProgress?: () => boolean;
  /**
   * Memory of frames that are drawn before an encoder needs them. If that of a second encoder fits, too, the
   * next one begins before one ends. Absent: one after the other.
   */
  aheadBytes?: number;
  /** Whether an encode may begin before one ends. Default false. */
  overlaps?: boolean;
  /** For a head. */
  split?: SplitWork;
  /** For a head: the decision about the other tasks, which must precede their announcement. */
  decision?: RestDecision;
  /** The last pass waits for the decision. */
  isLastPass?: boolean;
  /** Absent: ffmpeg's defaults. */
  threads?: Threads;
  /** Reserved memory. Absent: memory is not managed. */
  reservedBytes?: number;
  /** Called with the peak memory of the encoding ffmpeg. */
  onPeak?: (bytes: number) => void;
}

/** The part of a render that depends on the encoder. */
export interface EncodingRound {
  devices: DevicePlan;
  /** Suffix of the renditions' folders in the store: empty at first, `.2` for the second encode. */
  suffix: string;
}

/** One encode of a pass. */
export type RenderRound = RenderWork & EncodingRound;

export interface Made {
  /** Command line, as arguments. */
  command: string[];
  /** Encoder by variant, e.g. `h264_nvenc on NVIDIA L4`. */
  encoders: Record<string, string>;
}

/**
 * Start and length on the clock of the encode; the length is null if the source does not state it. Those of
 * a piece are the video's, or those of the attempt's share.
 */
export function toLength({ source, part, piece }: RenderWork): {
  startMs: number;
  durationMs: number | null;
} {
  if (piece) {
    const { startMs, endMs } = piece.share ?? { startMs: 0, endMs: piece.videoMs };
    return { startMs: startMs - piece.startSeconds * 1000, durationMs: endMs && endMs - startMs };
  }
  const { startMs, endMs } = part.span;
  const lastMs = endMs ?? source.probe.durationMs;
  return { startMs, durationMs: lastMs === null ? null : Math.max(1, lastMs - startMs) };
}
