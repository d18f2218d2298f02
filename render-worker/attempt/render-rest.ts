import { inputError } from "../errors.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import type { PartDecision } from "../part/decide-part.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { makeStoryboard } from "../storyboard/make-storyboard.ts";
import { conclude } from "./conclude.ts";
import type { AttemptContext } from "./context.ts";
import { renderWithinMemory } from "./render-within-memory.ts";

/**
 * A task for what a head left: pictures of a span, or the sound. It makes what the head's worker planned, and speaks of its parts only: source and
 * variants are the head's business.
 */
export async function renderRest(
  context: AttemptContext,
  source: SourceFile,
  part: PartDecision,
): Promise<void> {
  const rungs = part.kind === "CHUNK" ? readLadder(context) : [];
  const withAudio = part.kind === "AUDIO";
  context.state.update((before) => ({ ...before, parts: [] }));
  const work = { source, rungs, withAudio, part };
  const made = await renderWithinMemory(context, work);
  await conclude(context, work, made, () => makeStoryboard(context, source));
}

function readLadder({ task }: AttemptContext): PlannedRung[] {
  const variants = task.ladder ?? [];
  const rungs = variants.flatMap((variant) => {
    const rung = task.profile.rungs.find(({ codec }) => codec === variant.codec);
    return rung === undefined ? [] : [{ ...variant, codec: rung.codec }];
  });
  if (rungs.length > 0 && rungs.length === variants.length) return rungs;
  throw inputError(
    "LADDER_MISSING",
    `The task for a part of the video names ${variants.length === 0 ? "no variants" : "a variant of a codec that its profile has not"}; the ladder that the head's worker planned was expected. Retry the job.`,
  );
}
