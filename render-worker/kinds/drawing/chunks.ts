import {
  type Counts,
  type Drawn,
  type DrawnFrame,
  type FilmFrame,
  PacketWriter,
} from "../../painting/index.ts";
import { ChunkDigest, type ChunkFrames } from "./chunk-digest.ts";
import { isCut, plannedFrames } from "./is-cut.ts";

/** A run of whole animations or scenes, which is encoded by itself. */
export interface PlannedChunk {
  /** From 0. */
  readonly index: number;
  /** Frames of the timeline before it. */
  readonly startFrame: number;
  /** Its frames, as counted; null: unknown. */
  readonly planned: number | null;
  /** What it shows, once its frames are read. */
  readonly digest: { end(): ChunkFrames };
  /** Whether it is the last of the drawing, known once its frames are read. */
  readonly isLast: boolean;
}

/** A chunk of scenes. */
export interface SceneChunk extends PlannedChunk {
  /** Indices of its first scene, and of the one after its last. */
  first: number;
  end: number;
  frames: number;
}

/** A chunk that is known by its frames. */
export interface Chunk extends PlannedChunk {
  readonly digest: ChunkDigest;
  /** Its first frame, until its frames are read. */
  readonly firstFrame: DrawnFrame;
  /** Its frames, drawn as they are read. To be called once. */
  read(): AsyncGenerator<FilmFrame>;
}

interface ChunksOptions {
  picture: Counts["picture"];
  counted: Counts["counted"];
  /** Called with the samples of the whole timeline; the drawing goes on once they are taken. */
  onSamples: (samples: Buffer) => Promise<void>;
}

type NextFrame = DrawnFrame & { animation: number };

/** Divides a drawing into chunks while it is drawn. A chunk must be read to its end before the next one. */
export class Chunks {
  readonly #drawn: AsyncIterator<Drawn>;
  readonly #options: ChunksOptions;
  readonly #packets: PacketWriter;
  /** Read, but not part of the chunk before it. */
  #ahead: NextFrame | null = null;
  #animation = 0;
  #index = 0;
  #startFrame = 0;

  constructor(drawn: AsyncIterator<Drawn>, options: ChunksOptions) {
    this.#drawn = drawn;
    this.#options = options;
    this.#packets = new PacketWriter(options.picture);
  }

  /**
   * Reads the frames of one animation, which earlier chunks contain. Chunks go on after it.
   *
   * @returns its digest; null if it has no frames
   */
  async pass(animation: number, next: { index: number; startFrame: number }): Promise<string | null> {
    const digest = new ChunkDigest();
    for (;;) {
      const frame = await this.#pull();
      if (frame?.animation !== animation) {
        this.#ahead = frame;
        this.#index = next.index;
        this.#startFrame = next.startFrame;
        return digest.frames === 0 ? null : (digest.end().animations[0] ?? null);
      }
      digest.add(frame, frame.animation);
    }
  }

  /** Waits for the next chunk's first frame. Null: the drawing has ended. */
  async next(): Promise<Chunk | null> {
    this.#ahead ??= await this.#pull();
    if (this.#ahead === null) return null;
    const digest = new ChunkDigest();
    const { counted, picture } = this.#options;
    const startFrame = this.#startFrame;
    const chunk = {
      ...{ index: this.#index, startFrame },
      planned: plannedFrames({ animation: this.#ahead.animation, startFrame }, counted, picture.frameRate),
      ...{ digest, firstFrame: this.#ahead },
      isLast: false,
      read: () => this.#read(chunk),
    };
    return chunk;
  }

  async *#read(chunk: { startFrame: number; digest: ChunkDigest; isLast: boolean }) {
    const { digest, startFrame } = chunk;
    const { counted, picture } = this.#options;
    const { frameRate } = picture;
    for (let frame = this.#ahead; ; frame = await this.#pull()) {
      this.#ahead = frame;
      if (frame === null) {
        chunk.isLast = true;
        break;
      }
      const { frames } = digest;
      const begins = frames > 0 && frame.animation !== digest.lastAnimation;
      if (begins && isCut({ startFrame, frames, counted: counted.frames, frameRate })) break;
      digest.add(frame, frame.animation);
      // A chunk is decoded by itself.
      const packet = frames === 0 ? this.#packets.whole(frame) : this.#packets.change(frame);
      yield { packet, repeats: frame.repeats };
    }
    this.#index += 1;
    this.#startFrame += digest.frames;
  }

  async #pull(): Promise<NextFrame | null> {
    for (;;) {
      const { value, done } = await this.#drawn.next();
      if (done) return null;
      if (value.kind === "animation") this.#animation = value.index;
      else if (value.kind === "samples") await this.#options.onSamples(value.samples);
      else if (value.kind === "frame") {
        const { pixels, repeats, change } = value;
        return { pixels, repeats, change, animation: this.#animation };
      }
    }
  }
}
