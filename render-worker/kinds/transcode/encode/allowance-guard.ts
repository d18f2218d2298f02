import type { Allowance } from "../../../config.ts";
import { inputError } from "../../../errors.ts";
import { writtenBytes } from "../../../host/index.ts";
import { currentUsage } from "../../../programs/index.ts";

interface GuardOptions {
  allowance: Allowance;
  /** Where ffmpeg writes. */
  directories: readonly string[];
  storedBytes: () => number;
}

/** Sees to it that one ffmpeg stays within its allowance. It counts where the attempt's programs are counted, and the disk everywhere. */
export class AllowanceGuard {
  readonly #options: GuardOptions;
  readonly #usage = currentUsage();
  readonly #cpuSecondsBefore = this.#usage?.read()?.cpuSeconds ?? 0;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Throws a final `RenderError` once it does not. */
  async check(): Promise<void> {
    const { allowance, directories, storedBytes } = this.#options;
    const cpuSeconds = (this.#usage?.read()?.cpuSeconds ?? 0) - this.#cpuSecondsBefore;
    if (cpuSeconds > allowance.cpuSeconds) {
      throw inputError(
        "SOURCE_TOO_COSTLY",
        `The source took ${Math.round(cpuSeconds)} s of CPU time, and is not done; for its length and size at most ${Math.round(allowance.cpuSeconds)} s are given. It may be damaged, or made to do harm: encode it anew and upload that.`,
      );
    }
    const bytes = (await writtenBytes(directories)) + storedBytes();
    if (bytes > allowance.outputBytes) {
      throw inputError(
        "OUTPUT_TOO_LARGE",
        `${bytes} bytes were made of the source, and it is not done; for its length and its profile's bitrates at most ${Math.round(allowance.outputBytes)} are kept. It may be damaged, or made to do harm: encode it anew and upload that.`,
      );
    }
  }
}
