import { toSounds } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { StopError, toOutcome, tracerName } from "../../attempt/index.ts";
import { planLadder } from "../../media/ladder/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import { acquireTaskSource, probeWithinMemory, reading } from "../ffmpeg/index.ts";
import { toAudioState } from "./audio-states.ts";
import type { TranscodeAttempt } from "./context.ts";
import { leaveOutUnencodable, renderInPasses } from "./encode/index.ts";
import { describeOutput, readRenditions, writeManifest } from "./finish/index.ts";
import { renderMain } from "./render-main.ts";
import { renderRest } from "./render-rest.ts";
import { decidePart, inOnePieceIfJumping, isRest, type PartDecision, planReadEnd } from "./split/index.ts";
import { stillArriving, toVariantStates } from "./state/index.ts";

/** Does a task, from the source to stored renditions. */
export async function runTranscode(attempt: TranscodeAttempt): Promise<void> {
  const { task, state, trace } = attempt;
  const step = <T>(name: string, work: () => Promise<T>) => inSpan(tracerName, name, { parent: trace }, work);
  await using file = await step("fetch", () => acquireTaskSource(attempt));
  const { key, contentType, sizeBytes } = file;
  const isEarly = file.beginningOf !== undefined;
  // From here on an unreadable source ends the attempt as well.
  const context = reading(attempt, file);
  try {
    if (!isRest(task) && !isEarly)
      state.update((before) => ({ ...before, source: { key, sizeBytes, contentType, probe: null } }));
    const source = await step("probe", () => probeWithinMemory(context, file));
    const part = await inOnePieceIfJumping(decidePart(task.part, source), source, file);
    if (part.kind === "CHUNK" || part.kind === "AUDIO") {
      file.needsUpTo?.(planReadEnd(source, part.span));
      await renderRest(context, source, part);
    } else if (isEarly) {
      await renderEarly(context, source, part);
    } else {
      await renderMain(context, { file, source, part });
    }
  } catch (error) {
    const outcome = toOutcome(error, attempt.signal);
    // The beginning of a file may look worse than the whole.
    throw isEarly && outcome.kind === "REJECTED" ? stillArriving(outcome.error.message) : error;
  }
  // The task continues when the whole source is there.
  if (isEarly) throw new StopError("INTERRUPTED");
}

/**
 * Makes the head of a video from the beginning of its source, while the rest is on its way. Of the source nothing is told: what it is will be told by
 * whoever has the whole, and goes on from this head if it fits. Throws `SOURCE_STILL_ARRIVING` when the head cannot be made of what is there.
 */
async function renderEarly(context: TranscodeAttempt, source: SourceFile, part: PartDecision): Promise<void> {
  const { task, state, tools } = context;
  if (part.kind !== "HEAD") throw stillArriving("it is to be made in one piece");
  const ladder = planLadder(task.profile, source.probe);
  const variants = toVariantStates(ladder, task);
  const { sounds } = source;
  state.update((before) => ({
    ...before,
    variants,
    ...toSounds(sounds.map((track) => toAudioState(track, source, task, []))),
    parts: [],
  }));
  const wanted = ladder.rungs.filter(({ name }) =>
    variants.some((variant) => variant.name === name && variant.status === "PENDING"),
  );
  const rungs = leaveOutUnencodable(wanted, tools, (change) => state.update(change));
  if (rungs.length === 0) throw stillArriving("no variant is to be made of it");
  const made = await renderInPasses(context, { source, rungs, sounds, part });
  const provenance = await describeOutput(context, await readRenditions(context, rungs), [made]);
  await writeManifest(context, source, { provenance, sourceHash: null, quality: {} });
}
