import type { WorkerMode } from "../modes.ts";

/** How long a worker takes tasks. */
export interface LifePlan {
  mode: WorkerMode;
  /** In the mode `drain`: how long it waits for a task. */
  idleExitMs: number;
  /** When its machine ends. Null: no such end. */
  deadlineAt: Date | null;
}

/** A worker that runs until it is stopped. */
export const endless: LifePlan = { mode: "serve", idleExitMs: 0, deadlineAt: null };

/** Decides when a worker takes no further tasks, and when it is done. */
export class Life implements Disposable {
  readonly #plan: LifePlan;
  readonly #full = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  #idle: NodeJS.Timeout | null = null;
  #deadline: NodeJS.Timeout | null = null;
  #isIdle = true;

  constructor(plan: LifePlan) {
    this.#plan = plan;
  }

  /** Aborts when it takes no further tasks. */
  get full(): AbortSignal {
    return this.#full.signal;
  }

  /** Resolves when no attempt runs and none will, and at the deadline, whatever runs. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  start(): void {
    const { deadlineAt } = this.#plan;
    if (deadlineAt !== null)
      this.#deadline = setTimeout(() => this.#done.resolve(), deadlineAt.getTime() - Date.now());
    this.#rest();
  }

  /** Whether a task that is likely to take so long, in milliseconds, ends before the deadline. */
  hasTimeFor(expectedMs: number): boolean {
    const { deadlineAt } = this.#plan;
    return deadlineAt === null || Date.now() + expectedMs <= deadlineAt.getTime();
  }

  /** A task came that has no time left: the worker leaves what follows to others. */
  close(): void {
    this.#full.abort();
    if (this.#isIdle) this.#done.resolve();
  }

  /** An attempt begins. */
  taken(): void {
    this.#isIdle = false;
    if (this.#idle) clearTimeout(this.#idle);
    if (this.#plan.mode === "once") this.#full.abort();
  }

  /** The last attempt has ended. */
  released(): void {
    this.#isIdle = true;
    if (this.#full.signal.aborted) this.#done.resolve();
    else this.#rest();
  }

  #rest(): void {
    if (this.#plan.mode !== "drain") return;
    this.#idle = setTimeout(() => this.close(), this.#plan.idleExitMs);
  }

  [Symbol.dispose](): void {
    for (const timer of [this.#idle, this.#deadline]) if (timer) clearTimeout(timer);
  }
}
