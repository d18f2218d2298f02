import { type Context, context } from "@opentelemetry/api";
import {
  type Account,
  type AttemptReport,
  type AttemptUsage,
  MAX_PASSED_STEPS,
  type StoredFolder,
} from "@reelay/contracts";
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
const EAGER_RESULTS = 8;
/**
 * Later results wait for others: variants end a segment shortly after one another, and each report costs the
 * API a transaction.
 */
const RESULT_MS = 250;
/** Minimum distance of reports that do not wait for the interval. */
const MILESTONE_MS = 50;

/** What a kind reports of its progress, and the step that it is at if it has steps. */
interface ProgressDetail {
  readonly step?: object;
  readonly [field: string]: unknown;
}

interface Progress {
  fraction: number;
  detail?: ProgressDetail;
}

/**
 * Reports one attempt to the API. A result is sent again until the broker has it or a newer one. Each carries
 * everything, so only the newest waits and memory is bounded however long the broker is unreachable. Progress
 * is sent at most once per interval, one report at a time, and dropped when it cannot be sent. Milestones of
 * progress are sent each, and soon.
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
  #progress: Progress | null = null;
  readonly #milestones: Progress[] = [];
  /** Ends the wait for the next interval. */
  #wake = new AbortController();
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
   * @param urgency `NOW`: a milestone. Later progress does not replace its step.
   */
  progressed(fraction: number, detail?: ProgressDetail, urgency?: Urgency): void {
    if (this.#isEnded) return;
    const progress = { fraction, ...(detail && { detail }) };
    if (urgency === "NOW" && this.#milestones.length < MAX_PASSED_STEPS) {
      this.#milestones.push(progress);
      this.#progress = null;
      this.#wake.abort();
    } else {
      this.#progress = progress;
    }
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
    while (this.#progress || this.#milestones.length > 0) void this.#publishProgress();
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
      if (this.#sentResults >= EAGER_RESULTS)
        await sleep(RESULT_MS, AbortSignal.any([this.#giveUp, this.#hurry.signal])).catch(() => undefined);
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
    while ((this.#progress || this.#milestones.length > 0) && !this.#isEnded) {
      await this.#publishProgress();
      const hasMore = this.#milestones.length > 0;
      if (!hasMore) this.#wake = new AbortController();
      const ms = hasMore ? MILESTONE_MS : this.#progressMs;
      const early = hasMore ? [] : [this.#wake.signal];
      await sleep(ms, AbortSignal.any([this.#giveUp, ...early])).catch(() => undefined);
    }
    this.#sendingProgress = false;
  }

  /** All that waits is one report, with the steps of the milestones before the last one. */
  async #publishProgress(): Promise<void> {
    const milestones = this.#milestones.splice(0);
    const progress = milestones.pop() ?? this.#progress;
    if (progress === this.#progress) this.#progress = null;
    if (!progress) return;
    const passed = milestones.flatMap(({ detail }) => detail?.step ?? []);
    const detail = { ...progress.detail, ...(passed.length > 0 && { passed }) };
    const body = { type: "task.progressed.v1", ...progress, ...(progress.detail && { detail }) };
    const report = this.#complete(body as Body<AttemptReport>);
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
