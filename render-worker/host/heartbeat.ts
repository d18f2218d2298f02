import { type Capabilities, type Pool, toldTaskKinds, type WorkerSeen } from "@reelay/contracts";
import type { FfmpegTools } from "../media/ffmpeg/tools.ts";
import type { WorkerDeps } from "../worker.ts";
import type { Limits } from "./memory/read-limits.ts";

/** What the worker says of itself that its configuration does not. */
interface Told {
  pools: readonly Pool[];
  capabilities: () => Capabilities;
  attempts: () => WorkerSeen["attempts"];
}

/** As the message allows. */
const mostReason = 2_000;

/** Says regularly, and at once when something changed, that the worker lives and what it does. Renews its attempts' leases. */
export class Heartbeat implements AsyncDisposable {
  readonly #deps: WorkerDeps;
  readonly #told: Told;
  readonly #startedAt = new Date().toISOString();
  /** What the worker may use; unknown before its start. */
  limits: Pick<Limits, "memoryBytes" | "cpus"> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isStopping = false;
  #sending: Promise<void> | null = null;
  #again = false;

  constructor(deps: WorkerDeps, told: Told) {
    this.#deps = deps;
    this.#told = told;
  }

  start(): void {
    this.#timer = setInterval(() => this.beat(), this.#deps.config.heartbeatMs);
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

  /** From now on it says that the worker is stopping. */
  stopping(): void {
    this.#isStopping = true;
    this.beat();
  }

  /** The last word: stopping, with no attempts left. Waits at most two seconds for the broker. */
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
    const { config, jail, log, messaging, tools } = this.#deps;
    const capabilities = this.#told.capabilities();
    await messaging
      .publish({
        type: "worker.seen.v1",
        workerId: config.workerId,
        hostname: config.hostname,
        version: config.version,
        at: new Date().toISOString(),
        startedAt: this.#startedAt,
        pools: [...this.#told.pools],
        slots: config.slots,
        encoders: stillWorking(tools, capabilities),
        capabilities,
        knows: [...toldTaskKinds],
        ffmpegVersion: tools.ffmpeg.version,
        jail: { level: jail.level, reason: jail.reason?.slice(0, mostReason) ?? null },
        ...(this.limits && { memoryBytes: this.limits.memoryBytes, cpus: this.limits.cpus }),
        attempts: this.#told.attempts(),
        isStopping: this.#isStopping,
      })
      .catch((error: unknown) => log.warn({ err: error }, "heartbeat.failed"));
  }
}

/** Those of sound, and those of pictures that no device has failed with since. */
function stillWorking(tools: FfmpegTools, now: Capabilities): string[] {
  const names = ({ encoders }: Capabilities) => new Set(encoders.map(({ name }) => name));
  const [before, left] = [names(tools.capabilities), names(now)];
  return tools.encoders.filter((name) => left.has(name) || !before.has(name));
}
