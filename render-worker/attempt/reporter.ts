import { type Context, context } from "@opentelemetry/api";
import type { Account, AttemptReport, AttemptUsage, StoredFolder, VariantsProgress } from "@reelay/contracts";
import { kindOf } from "@reelay/contracts";
import type { Messaging } from "@reelay/messaging";
import { backoffMs } from "@reelay/process";
import type { Logger } from "pino";
import { sleep } from "../wait.ts";
import type { Outcome } from "./outcome.ts";
import type { AttemptState } from "./state-cell.ts";

export interface AttemptRef {
  videoId: string;
  jobId: string;
  taskId: string;
  attemptId: string;
  /** Of the task's message. */
  fencingToken: number;
  /** The task's. */
  kind: string;
  workerId: string;
}

/** What an end tells besides its outcome and the state. */
export interface EndDetails {
  account?: Account | undefined;
  /** Null: this machine does not tell. */
  usage?: AttemptUsage | null;
  /** What of the attempt is in the store. */
  stored?: StoredFolder[];
}

/** What `Distribute` needs: a report without what the reporter adds. */
type Body<R> = R extends AttemptReport ? Omit<R, keyof AttemptRef | "at" | "sequence"> : never;

/** The first states say that a video plays, and with what: they go at once. */
const eagerStates = 8;
/** After them a state waits for others: variants end a segment one soon after the other, and each report costs the API a transaction. */
const stateMs = 250;

/**
 * Tells the API about one attempt. State reports are sent until the broker has one that is at least as new; since each carries
 * everything, only the newest waits and memory is bounded however long the broker is away. Progress is sent at most once per
 * interval, one at a time, and dropped when it cannot be sent.
 */
export class AttemptReporter {
  readonly #messaging: Pick<Messaging, "publish">;
  readonly #ref: AttemptRef;
  readonly #log: Logger;
  readonly #progressMs: number;
  /** Ends the retries: nobody waits for these reports any more. */
  readonly #giveUp: AbortSignal;
  readonly #trace: Context;
  readonly #onRetry: (() => void) | undefined;
  #sequence = 0;
  #isEnded = false;
  #state: AttemptState | null = null;
  #sendingState = false;
  #sentStates = 0;
  /** Other workers wait for how the rest is split: that goes at once, and the little that a head tells after it. */
  readonly #hurry = new AbortController();
  #progress: VariantsProgress | null = null;
  #sendingProgress = false;

  constructor(options: {
    messaging: Pick<Messaging, "publish">;
    ref: AttemptRef;
    log: Logger;
    progressMs: number;
    giveUp: AbortSignal;
    /** That reports carry. */
    trace: Context;
    /** A state report was not taken by the broker at once. */
    onRetry?: () => void;
  }) {
    this.#messaging = options.messaging;
    this.#ref = options.ref;
    this.#log = options.log;
    this.#progressMs = options.progressMs;
    this.#giveUp = options.giveUp;
    this.#trace = options.trace;
    this.#onRetry = options.onRetry;
  }

  /** Resolves when the broker has it; rejects when it does not take it, so that the task is left to somebody else. */
  async started(): Promise<void> {
    await this.#publish({ type: "task.started.v1", ...this.#ref, at: new Date().toISOString() });
  }

  /** @param progress with the span that it is of, unless that is the whole video */
  progressed(progress: VariantsProgress): void {
    if (this.#isEnded) return;
    this.#progress = progress;
    if (!this.#sendingProgress) void this.#sendProgress();
  }

  advanced(state: AttemptState): void {
    if (this.#isEnded) return;
    this.#state = state;
    if (state.split) this.#hurry.abort();
    if (!this.#sendingState) void this.#sendState();
  }

  /** Resolves when the broker has it or nobody waits for it any more. Only an account is sent after it. */
  async ended(outcome: Outcome, state: AttemptState, told: EndDetails = {}): Promise<void> {
    this.#isEnded = true;
    // Its last figures, which nobody tells later; nobody waits for them either.
    void this.#publishProgress();
    const body = endReport(outcome, this.#toResult(state), told);
    if (body) await this.#sendUntilDelivered(() => body);
  }

  /** What was found out after the end. Rejects when the broker does not take it. */
  async accounted(account: Account): Promise<void> {
    await this.#publish({ type: "task.accounted.v1", ...this.#ref, at: new Date().toISOString(), account });
  }

  async #sendState(): Promise<void> {
    this.#sendingState = true;
    while (this.#state && !this.#isEnded) {
      if (this.#sentStates >= eagerStates)
        await sleep(stateMs, AbortSignal.any([this.#giveUp, this.#hurry.signal])).catch(() => undefined);
      await this.#sendUntilDelivered(() => {
        const state = this.#state;
        this.#state = null;
        return state && !this.#isEnded ? { type: "task.advanced.v1", result: this.#toResult(state) } : null;
      });
      this.#sentStates += 1;
    }
    this.#sendingState = false;
  }

  /** `next` is asked anew for every try, so that a newer state takes the place of one that could not be sent. */
  async #sendUntilDelivered(next: () => Body<AttemptReport> | null): Promise<void> {
    let report: AttemptReport | null = null;
    for (let tries = 0; !this.#giveUp.aborted; tries += 1) {
      const body = next();
      if (body) report = this.#complete(body);
      if (!report) return;
      try {
        await this.#publish(report);
        return;
      } catch (error) {
        this.#log.warn({ err: error, type: report.type, tries }, "report.retried");
        this.#onRetry?.();
        await sleep(backoffMs(tries, 250, 5_000), this.#giveUp).catch(() => undefined);
        // An end has taken this one's place.
        if (this.#isEnded && report.type === "task.advanced.v1") return;
      }
    }
  }

  async #sendProgress(): Promise<void> {
    this.#sendingProgress = true;
    while (this.#progress && !this.#isEnded) {
      await this.#publishProgress();
      await sleep(this.#progressMs, this.#giveUp).catch(() => undefined);
    }
    this.#sendingProgress = false;
  }

  async #publishProgress(): Promise<void> {
    const progress = this.#progress;
    this.#progress = null;
    if (!progress) return;
    const { variants } = progress;
    const sum = variants.reduce((total, { fraction }) => total + fraction, 0);
    const fraction = sum / Math.max(1, variants.length);
    await this.#publish(this.#complete({ type: "task.progressed.v1", fraction, detail: progress })).catch(
      (error: unknown) => this.#log.debug({ err: error }, "progress.dropped"),
    );
  }

  /** The fields of the state that the task's kind defines as its result. */
  #toResult(state: AttemptState): Record<string, unknown> {
    const fields = Object.keys(kindOf(this.#ref.kind)?.result.shape ?? {});
    return Object.fromEntries(Object.entries(state).filter(([field]) => fields.includes(field)));
  }

  /** In the attempt's trace, whatever is active here. */
  #publish(report: AttemptReport): Promise<void> {
    return context.with(this.#trace, () => this.#messaging.publish(report));
  }

  #complete(body: Body<AttemptReport>): AttemptReport {
    this.#sequence += 1;
    return { ...body, ...this.#ref, at: new Date().toISOString(), sequence: this.#sequence } as AttemptReport;
  }
}

function endReport(
  outcome: Outcome,
  result: Record<string, unknown>,
  { account, usage = null, stored = [] }: EndDetails,
): Body<AttemptReport> | null {
  switch (outcome.kind) {
    case "COMPLETED":
      return { type: "task.completed.v1", result, usage, stored, ...(account && { account }) };
    case "FAILED":
    case "REJECTED": {
      const { kind, error, needsMemoryBytes } = outcome;
      const needs = needsMemoryBytes === undefined ? {} : { needsMemoryBytes };
      return { type: "task.failed.v1", outcome: kind, error, result, usage, stored, ...needs };
    }
    case "CANCELED":
    case "INTERRUPTED":
      return { type: "task.stopped.v1", outcome: outcome.kind, result, usage, stored };
    default:
      // Somebody else has the task: there is nothing to tell.
      return null;
  }
}
