import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Ticker } from "../ticker.ts";

/**
 * A remux is far faster than most stores: when so much waits to be stored, it pauses, and goes on when so little is left. The smaller figure is more
 * than any one segment has, which is put together from several pieces.
 */
const pauseAt = { bytes: 128 * 1024 * 1024, files: 512 };
const resumeAt = { bytes: 48 * 1024 * 1024, files: 128 };
const tickMs = 25;

/**
 * Holds a process still while more of its pieces wait to be stored than should: what lies on the temporary disk stays bounded, however
 * slow the store is. Disposing lets it go on.
 */
export class Backlog implements AsyncDisposable {
  readonly #directory: string;
  readonly #ticker: Ticker;
  #pid: number | null = null;
  #isPaused = false;

  /** @param directory where the process writes, in folders of its own */
  constructor(directory: string, onError: (error: unknown) => void) {
    this.#directory = directory;
    this.#ticker = new Ticker(tickMs, () => this.#look(), onError);
  }

  follow(pid: number): void {
    this.#pid = pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ticker[Symbol.asyncDispose]();
    if (this.#isPaused) this.#send("SIGCONT");
    this.#pid = null;
  }

  async #look(): Promise<void> {
    // Windows has no signal to hold a process by.
    if (this.#pid === null || process.platform === "win32") return;
    const names = (await readdir(this.#directory, { recursive: true })).filter((name) =>
      name.endsWith(".m4s"),
    );
    const limit = this.#isPaused ? resumeAt : pauseAt;
    const isMuch = names.length > limit.files || (await this.#bytes(names)) > limit.bytes;
    if (isMuch && !this.#isPaused) this.#send("SIGSTOP");
    else if (!isMuch && this.#isPaused) this.#send("SIGCONT");
  }

  async #bytes(names: readonly string[]): Promise<number> {
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(this.#directory, name)).then(
          ({ size }) => size,
          // Stored meanwhile.
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  #send(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#isPaused = signal === "SIGSTOP";
    try {
      if (this.#pid !== null) process.kill(this.#pid, signal);
    } catch {
      // It has ended.
      this.#pid = null;
    }
  }
}
