import { toAudioFields } from "@reelay/contracts";
import { inSpan } from "@reelay/telemetry";
import { StopError, TRACER_NAME, toOutcome } from "../../attempt/index.ts";
import { inputError, retriableError } from "../../errors.ts";
import { type PlannedRung, planLadder } from "../../media/ladder/index.ts";
import type { AudioTrack, SourceFile } from "../../media/probe/index.ts";
import { acquireTaskSource, probeWithinMemory, reading } from "../ffmpeg/index.ts";
import {
  conclude,
  decidePart,
  describeOutput,
  inOnePieceIfJumping,
  isRest,
  leaveOutUnencodable,
  type PartDecision,
  planReadEnd,
  type RenderAttempt,
  readRenditions,
  renderInPasses,
  renderWithinMemory,
  stillArriving,
  storyboardBeside,
  toAudioState,
  toVariantStates,
  writeManifest,
} from "../render/index.ts";
import { renderMain } from "./render-main.ts";

/** Runs a task, from the source to stored renditions. */
export async function runTranscode(attempt: RenderAttempt): Promise<void> {
  const { task, state, trace } = attempt;
  const step = <T>(name: string, work: () => Promise<T>) =>
    inSpan(TRACER_NAME, name, { parent: trace }, work);
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
 * Renders the head of a video from the beginning of its source, while the rest is arriving. It reports
 * nothing about the source; the attempt with the whole source does, and continues from this head if it
 * matches. Throws `SOURCE_STILL_ARRIVING` if the head cannot be rendered from the arrived part.
 */
async function renderEarly(context: RenderAttempt, source: SourceFile, part: PartDecision): Promise<void> {
  const { task, state, tools } = context;
  if (part.kind !== "HEAD") throw stillArriving("the video is not divided into parts");
  const ladder = planLadder(task.profile, source.probe);
  const variants = toVariantStates(ladder, task);
  const { audioTracks } = source;
  state.update((before) => ({
    ...before,
    variants,
    ...toAudioFields(audioTracks.map((track) => toAudioState(track, source, task, []))),
    parts: [],
  }));
  const wanted = ladder.rungs.filter(({ name }) =>
    variants.some((variant) => variant.name === name && variant.status === "PENDING"),
  );
  const rungs = leaveOutUnencodable(wanted, tools, (change) => state.update(change));
  if (rungs.length === 0) throw stillArriving("no variant can be rendered");
  const made = await renderInPasses(context, { source, rungs, audioTracks, part });
  const provenance = await describeOutput(context, await readRenditions(context, rungs), [made]);
  await writeManifest(context, source, { provenance, sourceHash: null, quality: {} });
}

/**
 * A task after the head: the video of a span, or the audio. It follows the head worker's plan and reports
 * only its parts; the head reports source and variants.
 */
async function renderRest(context: RenderAttempt, source: SourceFile, part: PartDecision): Promise<void> {
  const rungs = part.kind === "CHUNK" ? readLadder(context) : [];
  const audioTracks = part.kind === "AUDIO" ? readAudioTracks(context, source) : [];
  context.state.update((before) => ({ ...before, parts: [] }));
  const work = { source, rungs, audioTracks, part };
  await using storyboard = storyboardBeside(context, source);
  const made = await renderWithinMemory(context, work);
  await conclude(context, work, made, () => storyboard.settle());
}

/** The source's tracks that the task names. */
function readAudioTracks(
  { task: { part } }: RenderAttempt,
  { audioTracks }: SourceFile,
): readonly AudioTrack[] {
  const names = part?.kind === "AUDIO" ? part.renditions : undefined;
  const asked = names ? audioTracks.filter(({ name }) => names.includes(name)) : audioTracks;
  if (names === undefined || asked.length === names.length) return asked;
  throw retriableError(
    "WORKER",
    "AUDIO_MISSING",
    `The task is for the audio ${names.join(", ")}; this worker's ffmpeg finds ${audioTracks.map(({ name }) => name).join(", ") || "none"} in the source. A worker with the same ffmpeg as the first may succeed.`,
  );
}

function readLadder({ task }: RenderAttempt): PlannedRung[] {
  const variants = task.ladder ?? [];
  const rungs = variants.flatMap((variant) => {
    const rung = task.profile.rungs.find(({ codec }) => codec === variant.codec);
    return rung === undefined ? [] : [{ ...variant, codec: rung.codec }];
  });
  if (rungs.length > 0 && rungs.length === variants.length) return rungs;
  throw inputError(
    "LADDER_MISSING",
    `The task for a part of the video names ${variants.length === 0 ? "no variants" : "a variant of a codec that its profile lacks"}; expected the ladder from the head's worker. Retry the job.`,
  );
}
