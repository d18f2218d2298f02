import { type Account, objectKeys } from "@reelay/contracts";
import type { WorkerMetrics } from "../host/metrics.ts";
import type { AttemptDirectory, WorkDirectory } from "../host/work-directory/work-directory.ts";
import { runAttempt } from "../kinds/transcode/run-attempt.ts";
import { settleState } from "../kinds/transcode/state/render-state.ts";
import { Programs } from "../media/ffmpeg/programs.ts";
import { ProgramUsage } from "../programs/program-usage.ts";
import { createSummingStore } from "../store/summing-store.ts";
import { sleep } from "../wait.ts";
import type { AttemptTrace } from "./attempt-trace.ts";
import { type AttemptContext, StateCell } from "./context.ts";
import { type Outcome, toOutcome } from "./outcome.ts";
import { removePartialOutput } from "./remove-partial-output.ts";

/** An attempt whose start was told, with what its worker lends it. */
export interface AttemptRun
  extends Pick<
    AttemptContext,
    | "task"
    | "ref"
    | "store"
    | "tools"
    | "jail"
    | "config"
    | "log"
    | "reporter"
    | "encoders"
    | "throughput"
    | "memory"
    | "renderMemory"
    | "knownSources"
    | "blockCache"
    | "onMemoryAwaited"
    | "whenIdle"
  > {
  metrics?: WorkerMetrics | undefined;
  trace: AttemptTrace;
  workDirectory: WorkDirectory;
  /** Ends it, with a `StopError`. */
  stop: AbortSignal;
  /** Ends the waiting for others that its end needs. */
  giveUp: AbortSignal;
  /** Gives its slot back. */
  free: () => void;
}

/** How long a stopped attempt's report waits for its output to be removed. */
const removalMs = 1_000;

/** Runs an attempt and tells its end, once: when its output is made, before what is found out about it when nobody else needs the CPU. */
export async function runAndReport(run: AttemptRun): Promise<void> {
  const { log, ref, reporter, stop, trace } = run;
  const summing = createSummingStore(run.store, objectKeys.attempt(ref.videoId, ref.attemptId));
  const { metrics, giveUp, workDirectory, free, ...lent } = run;
  const startedAt = performance.now();
  using state = new StateCell((current) => reporter.advanced(current));
  log.info("attempt.started");
  using usage = new ProgramUsage();
  let isTold = false;
  const tell = async (outcome: Outcome, account?: Account) => {
    isTold = true;
    log.info({ outcome: outcome.kind }, "attempt.ended");
    const removal = removePartialOutput(summing.store, ref, state.current, outcome).catch((error: unknown) =>
      log.warn({ err: error }, "output.not-removed"),
    );
    await Promise.race([removal, sleep(removalMs, giveUp).catch(() => undefined)]);
    const used = usage.read();
    const wallSeconds = Math.round(performance.now() - startedAt) / 1_000;
    await reporter.ended(outcome, settleState(state.current, outcome), {
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
    await lent.jail.adopt(directory.path);
  } catch (error) {
    const outcome = toOutcome(error, stop);
    log.warn({ err: error }, "attempt.not-begun");
    return await tell(outcome);
  }
  await using _removed = directory;
  const outcome = await usage.around(() =>
    runAttempt({
      ...{ ...lent, store: summing.store },
      metrics,
      trace: trace.context,
      state,
      directory,
      programs: new Programs(lent.jail, lent.tools, { writable: [directory.path] }),
      signal: stop,
      async complete(account) {
        await tell({ kind: "COMPLETED" }, account);
        free();
      },
    }),
  );
  if (!isTold) await tell(outcome);
}
