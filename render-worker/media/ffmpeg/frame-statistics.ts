import { type FileHandle, open } from "node:fs/promises";

/** Progress of one output. */
export interface OutputStatistics {
  frames: number;
  /** Milliseconds of encoded video. */
  timeMs: number;
  sizeBytes: number;
}

/**
 * ffmpeg does not notice that its file was truncated and continues at its old offset, so the file stays
 * sparse.
 */
const EMPTY_AFTER_BYTES = 1024 * 1024;

/**
 * Follows the file of `-vstats_version 2`, with one line per encoded frame of each output. It is the only
 * per-output report in all ffmpeg releases; `-progress` only has totals.
 */
export class FrameStatistics implements AsyncDisposable {
  readonly outputs = new Map<number, OutputStatistics>();
  #file: FileHandle | null = null;
  #offset = 0;
  #emptiedAt = 0;
  #rest = "";
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads the lines since the last call. */
  async poll(): Promise<void> {
    this.#file ??= await open(this.#path, "r+").catch(() => null);
    if (!this.#file) return;
    const buffer = Buffer.alloc(256 * 1024);
    for (;;) {
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, this.#offset);
      if (bytesRead === 0) break;
      this.#offset += bytesRead;
      this.#apply(buffer.toString("latin1", 0, bytesRead));
    }
    if (this.#offset - this.#emptiedAt > EMPTY_AFTER_BYTES) {
      // A line written at this moment is lost; the next one supersedes it.
      await this.#file.truncate(0);
      this.#emptiedAt = this.#offset;
    }
  }

  #apply(text: string): void {
    const lines = (this.#rest + text.replaceAll("\0", "")).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const parsed = parseStatisticsLine(line);
      if (!parsed) continue;
      const before = this.outputs.get(parsed.output);
      this.outputs.set(parsed.output, {
        frames: Math.max(parsed.frames, before?.frames ?? 0),
        timeMs: Math.max(parsed.timeMs, before?.timeMs ?? 0),
        sizeBytes: (before?.sizeBytes ?? 0) + parsed.frameBytes,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
}

/** `out= 1 st= 0 frame= 298 q= -1.0 f_size= 705 s_size= 407kB time= 9.910 …`, with frames counted from 0. */
export function parseStatisticsLine(
  line: string,
): { output: number; frames: number; timeMs: number; frameBytes: number } | null {
  const pairs = line.matchAll(/\b(out|frame|f_size|time)=\s*(-?[\d.]+)/g);
  const values = new Map(Array.from(pairs, ([, name, value]) => [name, Number(value)]));
  const [output, frame, size, time] = ["out", "frame", "f_size", "time"].map((name) => values.get(name));
  if (output === undefined || frame === undefined || size === undefined || time === undefined) return null;
  return { output, frames: frame + 1, timeMs: Math.max(0, Math.round(time * 1000)), frameBytes: size };
}
