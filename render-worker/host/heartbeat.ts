import type { WorkerSeen } from "@reelay/contracts";
import type { Messaging } from "@reelay/messaging";
import type { Logger } from "pino";

export interface HeartbeatOptions {
  messaging: Pick<Messaging, "publish">;
  log: Logger;
  everyMs: number;
  /** The worker's current state. */
  seen: () => Omit<WorkerSeen, "type" | "at" | "startedAt" | "isStopping">;
}

/**
 * Reports regularly, and immediately after a change, that the worker is alive and what it does. Renews its
 * attempts' leases.
 */
export class Heartbeat implements AsyncDisposable {
  readonly #options: HeartbeatOptions;
  readonly #startedAt = new Date().toISOString();
  #timer: NodeJS.Timeout | null = null;
  #isStopping = false;
  #sending: Promise<void> | null = null;
  #again = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.beat(), this.#options.everyMs);
    this.beat();
  }

  /** One message at a time: while the broker is away, beats do not pile up. */
  beat(): void {
    if (this.#timer === null) return;
    if (this.#sending) {
      this.#again = true;
      return;
    }
    this.#sending = this.#send().finally(() => {
      this.#sending = null;
      if (!this.#again) return;
      this.#again = false;
      this.beat();
    });
  }

  /** From now on every beat reports that the worker is stopping. */
  stopping(): void {
    this.#isStopping = true;
    this.beat();
  }

  /** Sends the last beat: stopping, with no attempts left. Waits at most two seconds for the broker. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#isStopping = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timeout = setTimeout(resolve, 2_000);
    const last = (this.#sending ?? Promise.resolve()).then(() => this.#send());
    await Promise.race([last, promise]);
    clearTimeout(timeout);
  }

  async #send(): Promise<void> {
    const { log, messaging, seen } = this.#options;
    await messaging
      .publish({
        type: "worker.seen.v1",
        at: new Date().toISOString(),
        startedAt: this.#startedAt,
        isStopping: this.#isStopping,
        ...seen(),
      })
      .catch((error: unknown) => log.warn({ err: error }, "heartbeat.failed"));
  }
}
