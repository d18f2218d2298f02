import { type Account, objectKeys } from "@reelay/contracts";
import type { AttemptDirectory, WorkDirectory, WorkerMetrics } from "../host/index.ts";
import type { Jail } from "../jail/index.ts";
import { ProgramUsage } from "../programs/index.ts";
import { createSummingStore } from "../store/index.ts";
import { sleep } from "../wait.ts";
import type { AttemptHost } from "./attempt-host.ts";
import type { AttemptTrace } from "./attempt-trace.ts";
import { type Outcome, toOutcome } from "./outcome.ts";
import type { KindAttempt } from "./prepared-kind.ts";
import { removePartialOutput } from "./remove-partial-output.ts";
import type { AttemptReporter } from "./reporter.ts";

/** An attempt whose start was reported, with everything that its worker provides. */
export interface AttemptRun
  extends Pick<
    AttemptHost,
    | "task"
    | "ref"
    | "store"
    | "log"
    | "memory"
    | "onMemoryAwaited"
    | "whenIdle"
    | "offerChanged"
    | "isExpress"
  > {
  kind: KindAttempt;
  reporter: AttemptReporter;
  jail: Jail;
  metrics?: WorkerMetrics | undefined;
  trace: AttemptTrace;
  workDirectory: WorkDirectory;
  /** Ends the attempt, with a `StopError`. */
  stop: AbortSignal;
  /** Ends the waits that the attempt's end needs. */
  giveUp: AbortSignal;
  /** Frees the attempt's slot. */
  free: () => void;
}

/** How long a stopped attempt's report waits until its output is removed. */
const REMOVAL_MS = 1_000;

/**
 * Runs an attempt and reports its end exactly once: as soon as its output is complete, before the kind
 * measures it.
 */
export async function runAndReport(run: AttemptRun): Promise<void> {
  const { kind, log, ref, reporter, stop, trace } = run;
  const summing = createSummingStore(run.store, objectKeys.attempt(ref.videoId, ref.attemptId));
  const { metrics, giveUp, workDirectory, free, jail, ...lent } = run;
  const startedAt = performance.now();
  using _pending = kind;
  log.info("attempt.started");
  using usage = new ProgramUsage();
  let isReported = false;
  const report = async (outcome: Outcome, account?: Account) => {
    isReported = true;
    log.info({ outcome: outcome.kind }, "attempt.ended");
    const finished = kind.finished();
    const removal = removePartialOutput(summing.store, ref, finished, outcome).catch((error: unknown) =>
      log.warn({ err: error }, "output.not-removed"),
    );
    await Promise.race([removal, sleep(REMOVAL_MS, giveUp).catch(() => undefined)]);
    const used = usage.read();
    const wallSeconds = Math.round(performance.now() - startedAt) / 1_000;
    await reporter.ended(outcome, kind.settle(outcome), {
      account,
      stored: summing.folders(),
      usage: used && { ...used, wallSeconds },
    });
    trace.end(outcome);
    metrics?.attemptEnded(outcome.kind, (performance.now() - startedAt) / 1_000);
    await removal;
  };
  let directory: AttemptDirectory;
  try {
    directory = await workDirectory.forAttempt(ref.attemptId);
    await jail.adopt(directory.path);
  } catch (error) {
    log.warn({ err: error }, "attempt.not-started");
    return await report(toOutcome(error, stop));
  }
  await using _removed = directory;
  const host: AttemptHost = {
    ...lent,
    store: summing.store,
    trace: trace.context,
    directory,
    signal: stop,
    async complete(account) {
      await report({ kind: "COMPLETED" }, account);
      free();
    },
  };
  const outcome = await usage.around(() => runKind(kind, host));
  if (!isReported) await report(outcome);
}

/** One try of a task. The outcome is a value; nothing is thrown. */
async function runKind(kind: KindAttempt, host: AttemptHost): Promise<Outcome> {
  try {
    host.memory.assertLarge(host.task.requirements.memoryBytes);
    await kind.run(host);
    return { kind: "COMPLETED" };
  } catch (thrown) {
    const outcome = toOutcome(thrown, host.signal);
    if ("error" in outcome) host.log.warn({ err: thrown, code: outcome.error.code }, "attempt.failed");
    return outcome;
  }
}
