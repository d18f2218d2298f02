import { chmod, type FileHandle, open } from "node:fs/promises";

const SAMPLE_BYTES = 2;
const FADE_MS = 10;

interface Layout {
  sampleRate: number;
  channels: number;
}

/**
 * A timeline of 16-bit samples in a file, silent where nothing was added: the file has holes there, so that
 * hours of it need little memory and little disk.
 */
export class Timeline implements AsyncDisposable {
  readonly path: string;
  readonly layout: Layout;
  readonly #file: FileHandle;
  readonly #sizeBytes: number;

  private constructor(path: string, file: FileHandle, layout: Layout, sizeBytes: number) {
    this.path = path;
    this.#file = file;
    this.layout = layout;
    this.#sizeBytes = sizeBytes;
  }

  /** Creates the file, which does not exist yet. */
  static async create(path: string, durationMs: number, layout: Layout): Promise<Timeline> {
    const file = await open(path, "wx+");
    const sizeBytes = bytesOf(durationMs, layout);
    await file.truncate(sizeBytes);
    // Whatever the umask: ffmpeg is another user.
    await chmod(path, 0o644);
    return new Timeline(path, file, layout, sizeBytes);
  }

  /** Adds samples of the timeline's layout to what is there. */
  async add(atMs: number, samples: Buffer, gainDb = 0): Promise<void> {
    const at = bytesOf(Math.max(0, atMs), this.layout);
    const length = Math.min(samples.length - (samples.length % SAMPLE_BYTES), this.#sizeBytes - at);
    if (length <= 0) return;
    const mixed = Buffer.alloc(length);
    await this.#file.read(mixed, 0, length, at);
    const gain = 10 ** (gainDb / 20);
    for (let offset = 0; offset < length; offset += SAMPLE_BYTES) {
      const sum = mixed.readInt16LE(offset) + Math.round(samples.readInt16LE(offset) * gain);
      mixed.writeInt16LE(Math.max(-32_768, Math.min(32_767, sum)), offset);
    }
    await this.#file.write(mixed, 0, length, at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** Bytes of whole frames. */
const bytesOf = (ms: number, { sampleRate, channels }: Layout): number =>
  Math.round((ms / 1000) * sampleRate) * channels * SAMPLE_BYTES;

/** Samples of a length: repeated if they are shorter, cut with a short fade if they are longer. Pure. */
export function fitSamples(samples: Buffer, durationMs: number, layout: Layout): Buffer {
  const length = bytesOf(durationMs, layout);
  if (samples.length === 0) return samples;
  const fitted = Buffer.alloc(length, samples);
  const frameBytes = layout.channels * SAMPLE_BYTES;
  const fadeFrames = Math.min(length, bytesOf(FADE_MS, layout)) / frameBytes;
  if (length % samples.length === 0) return fitted;
  for (let offset = length - fadeFrames * frameBytes; offset < length; offset += SAMPLE_BYTES) {
    const left = (length - offset) / frameBytes / fadeFrames;
    fitted.writeInt16LE(Math.round(fitted.readInt16LE(offset) * left), offset);
  }
  return fitted;
}
