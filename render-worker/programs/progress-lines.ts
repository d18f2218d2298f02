const progressLine =
  /^(?:frame|fps|stream_\d+_\d+_(?:q|psnr_\w+)|bitrate|total_size|out_time(?:_[mu]s)?|dup_frames|drop_frames|speed|progress)=/;
/** They change while nothing happens. */
const rates = /^(?:speed|fps|bitrate)=/;

/** Finds ffmpeg's `-progress` among its other lines. It writes a block now and then even when nothing happens: only a block that says something new is progress. */
export class ProgressLines {
  readonly #onProgress: () => void;
  #block = "";
  #last = "";

  constructor(onProgress: () => void) {
    this.#onProgress = onProgress;
  }

  /** Whether the line is one of a block. */
  read(line: string): boolean {
    if (!progressLine.test(line)) return false;
    if (line.startsWith("progress=")) {
      if (this.#block !== this.#last) this.#onProgress();
      this.#last = this.#block;
      this.#block = "";
    } else if (!rates.test(line)) this.#block += `${line}\n`;
    return true;
  }
}
