import { type Context, context } from "@opentelemetry/api";
import type { Account, AttemptReport, AttemptUsage, StoredFolder } from "@reelay/contracts";
import type { Messaging } from "@reelay/messaging";
import { backoffMs } from "@reelay/process";
import type { Logger } from "pino";
import { sleep } from "../wait.ts";
import type { Outcome } from "./outcome.ts";
import type { Urgency } from "./state-cell.ts";

export interface AttemptRef {
  videoId: string;
  jobId: string;
  taskId: string;
  attemptId: string;
  /** From the task's message. */
  fencingToken: number;
  /** The task's kind. */
  kind: string;
  workerId: string;
}

/** What the report of an end carries beside the outcome and the result. */
interface EndDetails {
  account?: Account | undefined;
  /** Null: unknown on this machine. */
  usage?: AttemptUsage | null;
  /** The attempt's objects in the store. */
  stored?: StoredFolder[];
}

/** A report without the fields that the reporter adds. */
type Body<R> = R extends AttemptReport ? Omit<R, keyof AttemptRef | "at" | "sequence"> : never;

/** The first results say that a video plays, and with what. They are sent immediately. */
const eagerResults = 8;
/**
 * Later results wait for others: variants end a segment shortly after one another, and each report costs the
 * API a transaction.
 */
const resultMs = 250;

/**
 * Reports one attempt to the API. A result is sent again until the broker has it or a newer one. Each carries
 * everything, so only the newest waits and memory is bounded however long the broker is unreachable. Progress
 * is sent at most once per interval, one report at a time, and dropped when it cannot be sent.
 */
export class AttemptReporter {
  readonly #messaging: Pick<Messaging, "publish">;
  readonly #ref: AttemptRef;
  readonly #log: Logger;
  readonly #progressMs: number;
  /** Ends the retries. */
  readonly #giveUp: AbortSignal;
  readonly #trace: Context;
  readonly #onRetry: (() => void) | undefined;
  #sequence = 0;
  #isEnded = false;
  #result: object | null = null;
  #sendingResult = false;
  #sentResults = 0;
  /** Aborts when others wait for a result. From then on results are sent immediately. */
  readonly #hurry = new AbortController();
  #progress: { fraction: number; detail?: object } | null = null;
  #sendingProgress = false;

  constructor(options: {
    messaging: Pick<Messaging, "publish">;
    ref: AttemptRef;
    log: Logger;
    progressMs: number;
    giveUp: AbortSignal;
    /** The trace that reports carry. */
    trace: Context;
    /** Called when the broker did not accept a report at the first try. */
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

  /**
   * Resolves when the broker has the report. Rejects when the broker does not accept it: the task must go to
   * another worker.
   */
  async started(): Promise<void> {
    await this.#publish({ type: "task.started.v1", ...this.#ref, at: new Date().toISOString() });
  }

  /**
   * @param fraction of the task's work, 0 to 1
   * @param detail as the task's kind defines it
   */
  progressed(fraction: number, detail?: object): void {
    if (this.#isEnded) return;
    this.#progress = { fraction, ...(detail && { detail }) };
    if (!this.#sendingProgress) void this.#sendProgress();
  }

  /** @param result everything that the attempt has made so far */
  advanced(result: object, urgency?: Urgency): void {
    if (this.#isEnded) return;
    this.#result = result;
    if (urgency === "NOW") this.#hurry.abort();
    if (!this.#sendingResult) void this.#sendResult();
  }

  /** Resolves when the broker has the report, or when `giveUp` aborts. Only an account may follow. */
  async ended(outcome: Outcome, result: object, details: EndDetails = {}): Promise<void> {
    this.#isEnded = true;
    // The last figures. Nothing waits for them.
    void this.#publishProgress();
    const body = endReport(outcome, result, details);
    if (body) await this.#sendUntilDelivered(() => body);
  }

  /** Reports what was measured after the end. Rejects when the broker does not accept it. */
  async accounted(account: Account): Promise<void> {
    await this.#publish({ type: "task.accounted.v1", ...this.#ref, at: new Date().toISOString(), account });
  }

  async #sendResult(): Promise<void> {
    this.#sendingResult = true;
    while (this.#result && !this.#isEnded) {
      if (this.#sentResults >= eagerResults)
        await sleep(resultMs, AbortSignal.any([this.#giveUp, this.#hurry.signal])).catch(() => undefined);
      await this.#sendUntilDelivered(() => {
        const result = this.#result;
        this.#result = null;
        return result && !this.#isEnded ? { type: "task.advanced.v1", result: { ...result } } : null;
      });
      this.#sentResults += 1;
    }
    this.#sendingResult = false;
  }

  /** Calls `next` before every try, so that a newer result replaces one that could not be sent. */
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
        // The report of the end replaces this one.
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
    const report = this.#complete({ type: "task.progressed.v1", ...progress } as Body<AttemptReport>);
    await this.#publish(report).catch((error: unknown) =>
      this.#log.debug({ err: error }, "progress.dropped"),
    );
  }

  /** Publishes in the attempt's trace, whichever trace is active here. */
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
  ownResult: object,
  { account, usage = null, stored = [] }: EndDetails,
): Body<AttemptReport> | null {
  const result = { ...ownResult };
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
      // Another attempt has the task: there is nothing to report.
      return null;
  }
}
