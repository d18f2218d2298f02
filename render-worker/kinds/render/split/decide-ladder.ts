import { type Need, reserveSpareMemory } from "../../../host/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import { estimateNeed } from "../../../media/needs/index.ts";
import { describeForMemory, type SourceFile } from "../../../media/probe/index.ts";
import {
  type Analysis,
  analyseSource,
  analysisThreads,
  planAnalysis,
  planBitrates,
} from "../../../media/quality/index.ts";
import { within } from "../../../wait.ts";
import type { RenderAttempt } from "../context.ts";
import { untilHeadPlays } from "./until-head-plays.ts";

/** The ladder of a video whose head is being made while its content decides the bitrates. */
export interface LadderDecision extends AsyncDisposable {
  /** Whether the ladder is final: the other tasks use the state's variants. */
  readonly isSettled: boolean;
  /** Waits for a short time. Without a decision, the profile's bitrates apply. */
  settle(): Promise<void>;
}

/** Maximum wait for the analysis after the head is made. */
const PATIENCE_MS = 10_000;

/**
 * Decides the ladder of the other tasks while the head is made with the profile's: the analysis starts when
 * the head's first segments are stored. If it fails, the profile's bitrates apply.
 */
export function decideLadder(
  context: RenderAttempt,
  source: SourceFile,
  rungs: readonly PlannedRung[],
): LadderDecision {
  const plan = planAnalysis(source.probe.durationMs, rungs);
  const giveUp = new AbortController();
  const signal = AbortSignal.any([context.signal, giveUp.signal]);
  let isSettled = plan === null || context.task.profile.bitrates !== "CONTENT_AWARE";
  let hasMemory = true;
  const work = async () => {
    if (isSettled || plan === null) return;
    await untilHeadPlays(context, signal);
    const { config, programs, tools, directory } = context;
    hasMemory = false;
    const need = needOf(source, plan);
    const measured = await reserveSpareMemory(
      { ...context, signal },
      need,
      async () => {
        hasMemory = true;
        const options = {
          ...{ tools, ffmpeg: programs.ffmpeg, directory: directory.path },
          ...{ limits: config.limits, signal },
        };
        return await analyseSource(source, plan, options);
      },
      () => context.log.info({ bytes: need.bytes }, "analysis.memory-awaited"),
    );
    const decided = new Map(planBitrates(measured, rungs).map((rung) => [rung.name, rung]));
    context.log.info({ measured, decided: [...decided.values()].map(toFields) }, "ladder.decided");
    context.state.update((before) => ({
      ...before,
      variants: before.variants.map((variant) => {
        const rung = decided.get(variant.name);
        return rung ? { ...variant, ...toFields(rung) } : variant;
      }),
    }));
  };
  const done = work()
    .catch((error: unknown) => {
      if (!context.signal.aborted) context.log.warn({ err: error }, "ladder.not-decided");
    })
    .finally(() => {
      isSettled = true;
    });
  return {
    get isSettled() {
      return isSettled;
    },
    async settle() {
      // The head's memory is released only after this.
      if (hasMemory && (await within(PATIENCE_MS, done))) return;
      const what = hasMemory ? `not done ${PATIENCE_MS} ms` : "still without memory";
      giveUp.abort(new Error(`The analysis was ${what} after the head.`));
      await done;
    },
    async [Symbol.asyncDispose]() {
      giveUp.abort(new Error("The head's attempt has ended."));
      await done;
    },
  };
}

const needOf = (source: SourceFile, { momentsMs, probes }: Analysis): Need => ({
  program: "analysis",
  bytes: estimateNeed({
    source: describeForMemory(source),
    rungs: probes.map((size) => ({ ...size, encoder: "libx264" })),
    threads: analysisThreads,
    decoders: momentsMs.length,
  }),
});

const toFields = ({ name, bitrateBps, qualityOffset }: PlannedRung) => ({
  ...{ name, bitrateBps },
  ...(qualityOffset !== undefined && { qualityOffset }),
});
