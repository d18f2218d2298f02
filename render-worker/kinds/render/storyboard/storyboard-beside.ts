import { reserveSpareMemory } from "../../../host/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import type { RenderAttempt } from "../context.ts";
import { makeStoryboard, storyboardMemory } from "./make-storyboard.ts";

interface StoryboardBeside extends AsyncDisposable {
  /** Call after the encode has ended. Throws only on the attempt's signal. */
  settle(): Promise<void>;
}

/**
 * Makes a requested storyboard during the encode, if memory allows both, so that nothing waits for it at the
 * end with idle cores; otherwise in `settle`. Disposing stops it.
 */
export function storyboardBeside(context: RenderAttempt, source: SourceFile): StoryboardBeside {
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
  // `settle` reports the error.
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
