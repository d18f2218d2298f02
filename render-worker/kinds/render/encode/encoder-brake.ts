import { writtenBytes } from "../../../host/index.ts";
import { signalTree } from "../../../programs/index.ts";

interface BrakeOptions {
  /** The encoder's output directories, whose files are stored and then removed. */
  directories: readonly string[];
  /** Pauses above this many bytes, resumes below half of them. */
  limitBytes: number;
  /**
   * Whether a file is being stored. If not, the output is an incomplete segment that only the encoder can
   * finish.
   */
  isStoring: () => boolean;
  /** Called when it pauses and resumes. */
  onChange: (isHeld: boolean, unsentBytes: number) => void;
}

/**
 * Pauses an encoder that is faster than the store, whose finished segments would otherwise fill the temporary
 * disk. The process is stopped with SIGSTOP and keeps its state.
 */
export class EncoderBrake implements Disposable {
  readonly #options: BrakeOptions;
  #pid: number | null = null;
  #isHeld = false;

  constructor(options: BrakeOptions) {
    this.#options = options;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  follow(pid: number): void {
    this.#pid = pid;
  }

  /** The process has ended, and its id may be reused. */
  leave(): void {
    this.#pid = null;
    this.#isHeld = false;
  }

  async read(): Promise<void> {
    const { directories, limitBytes, isStoring } = this.#options;
    const unsentBytes = await writtenBytes(directories, ".m4s");
    if (!this.#isHeld && unsentBytes > limitBytes && isStoring()) this.#set(true, unsentBytes);
    else if (this.#isHeld && (unsentBytes <= limitBytes / 2 || !isStoring())) this.#set(false, unsentBytes);
  }

  #set(isHeld: boolean, unsentBytes: number): void {
    if (this.#pid === null) return;
    // It has just ended, or the system cannot stop processes; then the disk must suffice.
    if (!signalTree(this.#pid, isHeld ? "SIGSTOP" : "SIGCONT")) return;
    this.#isHeld = isHeld;
    this.#options.onChange(isHeld, unsentBytes);
  }

  [Symbol.dispose](): void {
    if (this.#isHeld) this.#set(false, 0);
  }
}
