import { inputError, retriableError } from "../../errors.ts";
import type { PlannedRung } from "../../media/ladder/index.ts";
import type { SoundTrack, SourceFile } from "../../media/probe/index.ts";
import type { TranscodeAttempt } from "./context.ts";
import { renderWithinMemory } from "./encode/index.ts";
import { conclude } from "./finish/index.ts";
import type { PartDecision } from "./split/index.ts";
import { storyboardBeside } from "./storyboard/index.ts";

/**
 * A task for what a head left: pictures of a span, or the sound. It makes what the head's worker planned, and speaks of its parts only: source and
 * variants are the head's business.
 */
export async function renderRest(
  context: TranscodeAttempt,
  source: SourceFile,
  part: PartDecision,
): Promise<void> {
  const rungs = part.kind === "CHUNK" ? readLadder(context) : [];
  const sounds = part.kind === "AUDIO" ? readSounds(context, source) : [];
  context.state.update((before) => ({ ...before, parts: [] }));
  const work = { source, rungs, sounds, part };
  await using storyboard = storyboardBeside(context, source);
  const made = await renderWithinMemory(context, work);
  await conclude(context, work, made, () => storyboard.settle());
}

/** Those that the task names, of the source's own. */
function readSounds({ task: { part } }: TranscodeAttempt, { sounds }: SourceFile): readonly SoundTrack[] {
  const names = part?.kind === "AUDIO" ? part.renditions : undefined;
  const asked = names ? sounds.filter(({ name }) => names.includes(name)) : sounds;
  if (names === undefined || asked.length === names.length) return asked;
  throw retriableError(
    "WORKER",
    "SOUND_MISSING",
    `The task is for the sound ${names.join(", ")}; this worker's ffmpeg finds ${sounds.map(({ name }) => name).join(", ") || "none"} in the source. A worker with the ffmpeg that the first had may get through.`,
  );
}

function readLadder({ task }: TranscodeAttempt): PlannedRung[] {
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
