import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import { findLeadIns, mustBeSearched } from "../../../media/timeline/index.ts";
import type { TranscodeAttempt } from "../context.ts";
import { decideLadder, type LadderDecision } from "./decide-ladder.ts";
import { untilHeadPlays } from "./until-head-plays.ts";

/** What is found out beside a video's head about how the rest of it is to be made. */
export interface RestDecision extends LadderDecision {
  /** The longest time that was found from a key frame to a place after it; null while, and where, that is not known. */
  readonly leadInMs: number | null;
}

/** Of a shorter one a part decodes little that is not its own, wherever its key frames are. */
const shortMs = 120_000;
/** Where key frames are looked for, evenly over the video: enough to tell minutes from seconds. */
const places = 4;

/** Decides all that tasks for the rest must know, beside the head and once its first segments are stored. */
export function decideRest(
  context: TranscodeAttempt,
  source: SourceFile,
  rungs: readonly PlannedRung[],
): RestDecision {
  const ladder = decideLadder(context, source, rungs);
  const giveUp = new AbortController();
  const signal = AbortSignal.any([context.signal, giveUp.signal]);
  const { durationMs } = source.probe;
  let leadInMs: number | null = null;
  let isSettled = durationMs === null || durationMs < shortMs || rungs.length === 0;
  const look = async () => {
    if (isSettled || durationMs === null) return;
    await untilHeadPlays(context, signal);
    const { config, programs } = context;
    // What must be searched takes longer.
    const count = mustBeSearched(source) ? places / 2 : places;
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
