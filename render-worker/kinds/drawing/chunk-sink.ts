import type { DrawnChunk, RenditionPart } from "@reelay/contracts";
import type { RenditionSink, StoredRendition } from "../../media/hls/index.ts";
import type { PlannedChunk } from "./chunks.ts";

interface ChunkSinkOptions {
  rendition: string;
  recipe: string;
  chunk: PlannedChunk;
  frameRate: number;
  painter: string;
}

/** When a frame of the timeline begins, in whole milliseconds: one chunk ends where the next one starts. */
export const startMsOf = (frame: number, frameRate: number): number => Math.round((frame * 1000) / frameRate);

/** Reports the segments of a chunk as a part, which the API joins with the others. */
export class ChunkSink implements RenditionSink {
  readonly #options: ChunkSinkOptions;
  readonly #onPart: (part: RenditionPart) => void;

  constructor(options: ChunkSinkOptions, onPart: (part: RenditionPart) => void) {
    this.#options = options;
    this.#onPart = onPart;
  }

  async publish({ init, segments, isComplete }: StoredRendition): Promise<void> {
    const { rendition, recipe, chunk, frameRate, painter } = this.#options;
    const { startFrame, isLast, digest } = chunk;
    const drawn: DrawnChunk | null = isComplete ? { painter, startFrame, ...digest.end() } : null;
    const made = segments.map(({ key, durationMs, sizeBytes }) => ({ key, durationMs, sizeBytes }));
    this.#onPart({
      rendition,
      startMs: startMsOf(startFrame, frameRate),
      endMs: drawn === null || isLast ? null : startMsOf(startFrame + drawn.frames, frameRate),
      initKey: init?.key ?? "",
      initSha256: init?.sha256 ?? "",
      codecs: init?.codecs ?? "",
      segments: drawn === null ? made : lasting(made, (drawn.frames * 1000) / frameRate),
      isComplete,
      recipe,
      ...(drawn && { drawn }),
    });
  }
}

/** The last segment lasts until the end of the chunk: ffmpeg guesses the length of the last frame. */
function lasting<Segment extends { durationMs: number }>(
  segments: readonly Segment[],
  lengthMs: number,
): Segment[] {
  const last = segments.at(-1);
  if (last === undefined) return [];
  const others = segments.slice(0, -1);
  const before = others.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [...others, { ...last, durationMs: Math.max(1, Math.round((lengthMs - before) * 1000) / 1000) }];
}
