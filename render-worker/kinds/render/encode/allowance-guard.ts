import type { Allowance } from "../../../config.ts";
import { inputError } from "../../../errors.ts";
import { writtenBytes } from "../../../host/index.ts";
import { currentUsage } from "../../../programs/index.ts";

interface GuardOptions {
  allowance: Allowance;
  /** ffmpeg's output directories. */
  directories: readonly string[];
  storedBytes: () => number;
}

/**
 * Keeps one ffmpeg process within its allowance. CPU time counts where the platform reports it, disk space
 * always.
 */
export class AllowanceGuard {
  readonly #options: GuardOptions;
  readonly #usage = currentUsage();
  readonly #cpuSecondsBefore = this.#usage?.read()?.cpuSeconds ?? 0;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Throws a final `RenderError` once it is exceeded. */
  async check(): Promise<void> {
    const { allowance, directories, storedBytes } = this.#options;
    const cpuSeconds = (this.#usage?.read()?.cpuSeconds ?? 0) - this.#cpuSecondsBefore;
    if (cpuSeconds > allowance.cpuSeconds) {
      throw inputError(
        "SOURCE_TOO_COSTLY",
        `The source has used ${Math.round(cpuSeconds)} s of CPU time without finishing; the limit for its length and size is ${Math.round(allowance.cpuSeconds)} s. It may be damaged or malicious. Encode it again and upload the result.`,
      );
    }
    const bytes = (await writtenBytes(directories)) + storedBytes();
    if (bytes > allowance.outputBytes) {
      throw inputError(
        "OUTPUT_TOO_LARGE",
        `The source has produced ${bytes} bytes without finishing; the limit for its length and its profile's bitrates is ${Math.round(allowance.outputBytes)}. It may be damaged or malicious. Encode it again and upload the result.`,
      );
    }
  }
}
