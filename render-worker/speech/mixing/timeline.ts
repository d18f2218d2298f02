import { chmod, type FileHandle, open } from "node:fs/promises";

const SAMPLE_BYTES = 2;
const FADE_MS = 10;
/** Some two seconds. */
const PIECE_BYTES = 384_000;

interface Layout {
  sampleRate: number;
  channels: number;
}

interface AddOptions {
  gainDb?: number | undefined;
  lastsMs?: number | undefined;
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

  /**
   * Adds samples of the timeline's layout to what is there. What is before the timeline is left out.
   *
   * @param lastsMs they repeat, or are cut with a short fade. Default: their own length
   */
  async add(atMs: number, samples: Buffer, { gainDb = 0, lastsMs }: AddOptions = {}): Promise<void> {
    const whole = samples.length - (samples.length % (this.layout.channels * SAMPLE_BYTES));
    const from = bytesOf(atMs, this.layout);
    const lasts = lastsMs === undefined ? whole : bytesOf(lastsMs, this.layout);
    const end = Math.min(from + lasts, this.#sizeBytes);
    if (whole === 0 || end <= from) return;
    const fadeBytes = lasts % whole === 0 ? 0 : Math.min(lasts, bytesOf(FADE_MS, this.layout));
    const gain = 10 ** (gainDb / 20);
    // In pieces: others wait for this thread, and a sound may repeat for an hour.
    for (let at = Math.max(0, from); at < end; at += PIECE_BYTES) {
      const mixed = Buffer.alloc(Math.min(PIECE_BYTES, end - at));
      await this.#file.read(mixed, 0, mixed.length, at);
      for (let offset = 0; offset < mixed.length; offset += SAMPLE_BYTES) {
        const position = at - from + offset;
        const fade = Math.min(1, (lasts - position) / fadeBytes);
        const sum =
          mixed.readInt16LE(offset) + Math.round(samples.readInt16LE(position % whole) * gain * fade);
        mixed.writeInt16LE(Math.max(-32_768, Math.min(32_767, sum)), offset);
      }
      await this.#file.write(mixed, 0, mixed.length, at);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** Bytes of whole frames. */
const bytesOf = (ms: number, { sampleRate, channels }: Layout): number =>
  Math.round((ms / 1000) * sampleRate) * channels * SAMPLE_BYTES;
