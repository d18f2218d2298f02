import { reserveSpareMemory } from "../../../host/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import type { TranscodeAttempt } from "../context.ts";
import { makeStoryboard, storyboardMemory } from "./make-storyboard.ts";

interface StoryboardBeside extends AsyncDisposable {
  /** To be called when the encode has ended. Throws on the attempt's signal only. */
  settle(): Promise<void>;
}

/**
 * Makes the storyboard of a task that asks for one while its pictures are encoded, if there is memory for both, so that nobody waits for it at the
 * end with idle cores; else when it is settled. Disposing ends what is still being made.
 */
export function storyboardBeside(context: TranscodeAttempt, source: SourceFile): StoryboardBeside {
  if (context.task.storyboard !== true)
    return { settle: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve() };
  const giveUp = new AbortController();
  const tooLate = new AbortController();
  const signal = AbortSignal.any([context.signal, giveUp.signal]);
  const waiting = { ...context, signal: AbortSignal.any([signal, tooLate.signal]) };
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return makeStoryboard({ ...context, signal }, source, (_, work) => work());
  };
  const early = reserveSpareMemory(waiting, storyboardMemory(source), begin, () => undefined).catch(
    (error: unknown) => {
      if (hasBegun) throw error;
    },
  );
  // Who settles it hears of it.
  early.catch(() => undefined);
  return {
    async settle() {
      tooLate.abort(new Error("The encode has ended."));
      await early;
      if (!hasBegun) await makeStoryboard(context, source);
    },
    async [Symbol.asyncDispose]() {
      giveUp.abort(new Error("The attempt has ended."));
      await early.catch(() => undefined);
    },
  };
}
