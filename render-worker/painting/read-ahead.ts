import { alphaPacketBytes } from "./alpha-codec.ts";
import type { Picture } from "./events.ts";
import type { FilmFrame } from "./frame.ts";
import { KEPT_PACKETS } from "./packets.ts";

/** Ten seconds of a quiz at 1080p. */
const LEAST_BYTES = 128 * 1024 ** 2;

/** Memory that frames of this size need to be read ahead, with or without alpha. */
export const readAheadBytes = (picture: Pick<Picture, "width" | "height">): number =>
  Math.max(LEAST_BYTES, (KEPT_PACKETS + 2) * alphaPacketBytes(picture));

/** Memory that is given out and taken back in the same order. */
export class ByteRing {
  readonly #memory: Buffer;
  /** Taken parts, the oldest first. */
  readonly #taken: { start: number; end: number }[] = [];

  constructor(bytes: number) {
    // Pages that are never written cost nothing.
    this.#memory = Buffer.from(new ArrayBuffer(bytes));
  }

  /** Null: there is no room now. */
  take(bytes: number): Buffer | null {
    const start = this.#roomFor(bytes);
    if (start === null) return null;
    this.#taken.push({ start, end: start + bytes });
    return this.#memory.subarray(start, start + bytes);
  }

  /** Takes back the oldest part. */
  release(): void {
    this.#taken.shift();
  }

  releaseAll(): void {
    this.#taken.length = 0;
  }

  #roomFor(bytes: number): number | null {
    const [first] = this.#taken;
    const last = this.#taken.at(-1);
    if (first === undefined || last === undefined) return bytes <= this.#memory.length ? 0 : null;
    if (last.start < first.start) return last.end + bytes < first.start ? last.end : null;
    if (last.end + bytes <= this.#memory.length) return last.end;
    return bytes < first.start ? 0 : null;
  }
}

/**
 * Reads frames before they are needed, as many as the memory holds, so that a painter goes on while an
 * encoder is busy.
 */
export class ReadAhead implements Disposable {
  readonly #ring: ByteRing;
  readonly #frames: AsyncIterator<FilmFrame>;
  readonly #waiting: FilmFrame[] = [];
  readonly #allRead: Promise<void>;
  #changed = Promise.withResolvers<void>();
  #isDone = false;
  #isDisposed = false;
  #failure: { error: unknown } | null = null;

  /** @param ring its memory, which nothing else uses meanwhile */
  constructor(frames: AsyncIterable<FilmFrame>, ring: ByteRing) {
    this.#ring = ring;
    this.#ring.releaseAll();
    this.#frames = frames[Symbol.asyncIterator]();
    this.#allRead = this.#readAll();
    this.#allRead.catch(() => undefined);
  }

  /** Resolves when the last frame has been read ahead. Rejects if the frames end with an error. */
  get allRead(): Promise<void> {
    return this.#allRead;
  }

  /** All frames. Packets stay unchanged until `KEPT_PACKETS` more have been read. To be called once. */
  async *read(): AsyncGenerator<FilmFrame> {
    let given = 0;
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
        given += 1;
        if (given > KEPT_PACKETS) {
          this.#ring.release();
          this.#notify();
        }
      } else if (this.#failure !== null) throw this.#failure.error;
      else if (this.#isDone) return;
      else await this.#changed.promise;
    }
  }

  /** A frame that is being drawn is not waited for. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#notify();
  }

  async #readAll(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#frames.next();
        if (done) return;
        if (this.#isDisposed) return void (await this.#frames.return?.());
        await this.#keep(value);
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      this.#isDone = true;
      this.#notify();
    }
  }

  async #keep({ packet, repeats }: FilmFrame): Promise<void> {
    for (;;) {
      if (this.#isDisposed) return;
      const memory = this.#ring.take(packet.length);
      if (memory !== null) {
        packet.copy(memory);
        this.#waiting.push({ packet: memory, repeats });
        this.#notify();
        return;
      }
      await this.#changed.promise;
    }
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
