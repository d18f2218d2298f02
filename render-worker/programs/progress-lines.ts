const PROGRESS_LINE =
  /^(?:frame|fps|stream_\d+_\d+_(?:q|psnr_\w+)|bitrate|total_size|out_time(?:_[mu]s)?|dup_frames|drop_frames|speed|progress)=/;
/** These change without any progress. */
const RATES = /^(?:speed|fps|bitrate)=/;

/**
 * Extracts ffmpeg's `-progress` blocks from its output. ffmpeg writes blocks even without progress, so only
 * changed values count.
 */
export class ProgressLines {
  readonly #onProgress: () => void;
  #block = "";
  #last = "";

  constructor(onProgress: () => void) {
    this.#onProgress = onProgress;
  }

  /** Whether the line belongs to a block. */
  read(line: string): boolean {
    if (!PROGRESS_LINE.test(line)) return false;
    if (line.startsWith("progress=")) {
      if (this.#block !== this.#last) this.#onProgress();
      this.#last = this.#block;
      this.#block = "";
    } else if (!RATES.test(line)) this.#block += `${line}\n`;
    return true;
  }
}
