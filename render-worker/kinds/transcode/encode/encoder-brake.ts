import { writtenBytes } from "../../../host/index.ts";
import { signalTree } from "../../../programs/index.ts";

interface BrakeOptions {
  /** Where the encoder writes what is then stored and removed. */
  directories: readonly string[];
  /** Held above so many bytes, let go below half of them. */
  limitBytes: number;
  /** Whether something is being stored now. If not, what lies there is the beginning of a segment, and only the encoder can end it. */
  isStoring: () => boolean;
  /** Told when it is held and when it is let go. */
  onChange: (isHeld: boolean, unsentBytes: number) => void;
}

/**
 * Holds an encoder whose output the store does not take as fast as it comes: else the temporary disk would fill with finished segments. A held process
 * is stopped (SIGSTOP) and keeps everything as it is.
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

  /** The process has ended: its id may be another's soon. */
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
    // It has just ended; or this system cannot stop processes, and the disk must do.
    if (!signalTree(this.#pid, isHeld ? "SIGSTOP" : "SIGCONT")) return;
    this.#isHeld = isHeld;
    this.#options.onChange(isHeld, unsentBytes);
  }

  [Symbol.dispose](): void {
    if (this.#isHeld) this.#set(false, 0);
  }
}
