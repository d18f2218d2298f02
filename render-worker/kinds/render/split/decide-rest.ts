import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import { findLeadIns, mustBeSearched } from "../../../media/timeline/index.ts";
import type { RenderAttempt } from "../context.ts";
import { decideLadder, type LadderDecision } from "./decide-ladder.ts";
import { untilHeadPlays } from "./until-head-plays.ts";

/** Facts for the other tasks, determined while the head is made. */
export interface RestDecision extends LadderDecision {
  /** The longest time from a key frame to a later position; null if unknown. */
  readonly leadInMs: number | null;
}

/** A part of a shorter video decodes few frames of others, wherever its key frames are. */
const SHORT_MS = 120_000;
/**
 * Number of positions, spread evenly over the video, at which key frames are searched: enough to tell minutes
 * from seconds.
 */
const PLACES = 4;

/** Determines everything that the other tasks need, once the head's first segments are stored. */
export function decideRest(
  context: RenderAttempt,
  source: SourceFile,
  rungs: readonly PlannedRung[],
): RestDecision {
  const ladder = decideLadder(context, source, rungs);
  const giveUp = new AbortController();
  const signal = AbortSignal.any([context.signal, giveUp.signal]);
  const { durationMs } = source.probe;
  let leadInMs: number | null = null;
  let isSettled = durationMs === null || durationMs < SHORT_MS || rungs.length === 0;
  const look = async () => {
    if (isSettled || durationMs === null) return;
    await untilHeadPlays(context, signal);
    const { config, programs } = context;
    // Searching takes longer.
    const count = mustBeSearched(source) ? PLACES / 2 : PLACES;
    const startsMs = Array.from({ length: count }, (_, index) =>
      Math.floor((durationMs * (index + 1)) / (count + 1)),
    );
    const options = { ffprobe: programs.ffprobe, limits: config.limits, signal };
    const leads = await findLeadIns(source, startsMs, options);
    if (leads.length > 0) leadInMs = Math.max(...leads);
  };
  const done = look()
    .catch((error: unknown) => {
      if (!signal.aborted) context.log.warn({ err: error }, "lead-in.not-found");
    })
    .finally(() => {
      isSettled = true;
    });
  return {
    get isSettled() {
      return isSettled && ladder.isSettled;
    },
    get leadInMs() {
      return leadInMs;
    },
    async settle() {
      await Promise.all([ladder.settle(), done]);
    },
    async [Symbol.asyncDispose]() {
      giveUp.abort(new Error("The head's attempt has ended."));
      await done;
      await ladder[Symbol.asyncDispose]();
    },
  };
}
