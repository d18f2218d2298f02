import { reserveMemory } from "../../../host/index.ts";
import { INPUTS_AT_ONCE } from "../../../media/audio/index.ts";
import { lookNeed, loudnessNeed } from "../../../media/needs/index.ts";
import { describeForMemory } from "../../../media/probe/index.ts";
import type { ReservedFit } from "../capacity/index.ts";
import type { RenderAttempt } from "../context.ts";
import { renderAndPublish } from "./render-and-publish.ts";
import type { Made, RenderWork } from "./render-work.ts";
import { type Render, renderReplacing } from "./replace-encoder.ts";

/**
 * Renders once memory is available, waiting for other tasks in order. Work that never fits at once runs with
 * fewer threads or in several passes. Throws `NeedsMoreMemoryError` if it does not fit at all.
 */
export async function renderWithinMemory(
  context: RenderAttempt,
  work: RenderWork,
  render: Render = renderAndPublish,
): Promise<Made> {
  const { log, memory, renderMemory, task } = context;
  const fit = renderMemory.plan(memory, {
    ...work,
    withAudio: work.audioTracks.length > 0,
    source: describeForMemory(work.source),
    outOfMemory: task.outOfMemory ?? 0,
  });
  const { passes, threads, givenThreads } = fit;
  const bytes = Math.max(fit.bytes, needBefore(context, work)) + (work.besideBytes ?? 0);
  const overlapBytes = passes.length > 1 ? 0 : overlapNeed(context, work, fit.bytes, bytes);
  log.info({ bytes: bytes + overlapBytes, passes: passes.length, threads }, "memory.planned");
  return await reserveMemory(context, { program: "render", bytes: bytes + overlapBytes }, async () => {
    const made: Made[] = [];
    let peakBytes = 0;
    const onPeak = (bytes: number) => (peakBytes = Math.max(peakBytes, bytes));
    let isWhole = false;
    try {
      for (const [index, pass] of passes.entries()) {
        const rungs = work.rungs.filter(({ name }) => pass.rungs.some((rung) => rung.name === name));
        const isLastPass = work.isLastPass !== false && index === passes.length - 1;
        const audioTracks = pass.withAudio ? work.audioTracks : [];
        const ofPass = {
          ...work,
          rungs,
          isLastPass,
          audioTracks,
          onPeak,
          reservedBytes: bytes,
          overlaps: overlapBytes > 0,
        };
        const threaded = { ...ofPass, ...(givenThreads && { threads: givenThreads }) };
        made.push(await renderReplacing(context, threaded, render));
      }
      isWhole = true;
    } finally {
      learn(context, fit, { isWhole, peakBytes });
    }
    return joinMade(made);
  });
}

/**
 * Memory of the steps just before each encode, which run within its reservation: the search for the start
 * position, and the loudness measurement.
 */
function needBefore({ task }: RenderAttempt, { source, audioTracks, part }: RenderWork): number {
  const needed = describeForMemory(source);
  const looking = part.kind === "WHOLE" ? 0 : lookNeed(needed);
  const listens = audioTracks.length > 0 && Boolean(task.profile.audio.loudness);
  return Math.max(looking, listens ? loudnessNeed(needed, INPUTS_AT_ONCE) : 0);
}

/**
 * Memory of a second encoder and of the frames that wait for one; 0: it would take more than a slot's share,
 * so that other tasks waited for it.
 */
function overlapNeed(
  { config, memory }: RenderAttempt,
  { aheadBytes }: RenderWork,
  encoderBytes: number,
  bytes: number,
): number {
  if (aheadBytes === undefined) return 0;
  const more = encoderBytes + aheadBytes;
  return bytes + more <= memory.budget.capacityBytes / config.slots ? more : 0;
}

/** Merges the results of several passes. */
export const joinMade = (made: readonly Made[]): Made => ({
  command: made.flatMap(({ command }, index) => (index === 0 ? command : ["&&", ...command])),
  encoders: Object.assign({}, ...made.map(({ encoders }) => encoders)) as Made["encoders"],
});

/** Learns only from the encoding ffmpeg. A stopped one may only show that more is needed. */
function learn(
  { log, renderMemory }: RenderAttempt,
  fit: ReservedFit,
  { isWhole, peakBytes }: { isWhole: boolean; peakBytes: number },
): void {
  if (peakBytes === 0) return;
  const { estimatedBytes, bytes } = fit;
  if (isWhole || peakBytes > bytes) renderMemory.learn(fit, peakBytes);
  log.info({ estimatedBytes, reservedBytes: bytes, peakMemoryBytes: peakBytes }, "memory.used");
}
