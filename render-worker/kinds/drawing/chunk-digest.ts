import { createHash } from "node:crypto";
import type { DrawnChunk } from "@reelay/contracts";
import type { DrawnFrame } from "../../painting/index.ts";

const toShort = (digest: Buffer): string => digest.toString("hex").slice(0, 16);

/** As in `DrawnChunk`. */
export const digestOfFrame = ({ pixels }: Pick<DrawnFrame, "pixels">): string =>
  toShort(createHash("sha256").update(pixels).digest());

/** What a chunk shows. */
export type ChunkFrames = Omit<DrawnChunk, "painter" | "startFrame">;

/** Bytes before each frame: the kind of its bytes, and its repeats. */
const FRAME_HEADER_BYTES = 5;
const WHOLE = 0;
const CHANGE = 1;

/**
 * Digests of a chunk's frames. SHA-256 takes about 2 ms for a frame of 720p on processors with instructions
 * for it, a twentieth of drawing and encoding the frame. So after an animation's first frame it reads what
 * changes only, if the painter says what that is.
 */
export class ChunkDigest {
  readonly #ended: Buffer[] = [];
  #current = createHash("sha256");
  #firstFrame = "";
  #lastAnimation = -1;
  #frames = 0;
  #result: ChunkFrames | undefined;

  get frames(): number {
    return this.#frames;
  }

  get lastAnimation(): number {
    return this.#lastAnimation;
  }

  /** Of the animations that have ended, as in `DrawnChunk`. */
  get endedAnimations(): string[] {
    return this.#ended.map(toShort);
  }

  add({ pixels, repeats, change }: DrawnFrame, animation: number): void {
    const isFirst = this.#frames === 0;
    const begins = isFirst || animation !== this.#lastAnimation;
    if (begins && !isFirst) this.#endAnimation();
    // An animation has the same digest wherever a drawing starts.
    const isWhole = begins || change === null;
    const own = createHash("sha256")
      .update(isWhole ? pixels : change)
      .digest();
    if (isFirst) this.#firstFrame = toShort(own);
    const header = Buffer.alloc(FRAME_HEADER_BYTES);
    header.writeUInt8(isWhole ? WHOLE : CHANGE);
    header.writeUInt32LE(repeats, 1);
    this.#current.update(header).update(own);
    this.#lastAnimation = animation;
    this.#frames += repeats;
  }

  /** After the last frame. */
  end(): ChunkFrames {
    return (this.#result ??= this.#summarize());
  }

  #summarize(): ChunkFrames {
    this.#endAnimation();
    const all = createHash("sha256");
    for (const one of this.#ended) all.update(one);
    return {
      lastAnimation: this.#lastAnimation,
      frames: this.#frames,
      sha256: all.digest("hex"),
      firstFrame: this.#firstFrame,
      animations: this.endedAnimations,
    };
  }

  #endAnimation(): void {
    this.#ended.push(this.#current.digest());
    this.#current = createHash("sha256");
  }
}
