import type { FilmFrame } from "../../painting/index.ts";
import type { Chunk } from "./chunks.ts";
import { HeldFrames } from "./held-frames.ts";
import { type KnownChunk, mayEqual } from "./known-chunk.ts";

interface Matched {
  /** The known chunk with exactly these frames; null: none. */
  equal: KnownChunk | null;
  /** All frames of the chunk, for an encode. */
  frames: AsyncGenerator<FilmFrame>;
}

/**
 * Reads a chunk's frames and holds them back while they may be those of a known chunk. It costs a few
 * milliseconds for a frame, and memory for a chunk.
 */
export async function matchChunk(
  chunk: Chunk,
  candidates: readonly KnownChunk[],
  onFrame: () => void,
): Promise<Matched> {
  const drawn = chunk.read();
  const held = new HeldFrames();
  let left = candidates;
  while (left.length > 0 && !held.isFull) {
    const { value, done } = await drawn.next();
    if (done) {
      const { frames, sha256 } = chunk.digest.end();
      const equal = left.find((one) => one.drawn.frames === frames && one.drawn.sha256 === sha256) ?? null;
      return { equal, frames: held.replay(drawn) };
    }
    await held.add(value);
    onFrame();
    left = left.filter((one) => mayEqual(one, chunk.digest));
  }
  return { equal: null, frames: held.replay(drawn) };
}
