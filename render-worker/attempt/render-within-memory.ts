import { currentUsage } from "../ffmpeg/program-usage.ts";
import { describeForMemory } from "../limits/describe-for-memory.ts";
import type { ReservedFit } from "../limits/worker-memory.ts";
import type { AttemptContext } from "./context.ts";
import { type Made, type RenderWork, renderAndPublish } from "./render-and-publish.ts";
import { type Render, renderReplacing } from "./replace-encoder.ts";

/**
 * Renders once there is memory for it: tasks that run beside it are waited for, in turn, and what would never fit all at once is made with
 * fewer threads or in several passes. Throws `NeedsMoreMemoryError` when nothing helps.
 */
export async function renderWithinMemory(
  context: AttemptContext,
  work: RenderWork,
  render: Render = renderAndPublish,
): Promise<Made> {
  const { log, memory, signal, task } = context;
  const fit = memory.plan({
    ...work,
    withAudio: work.sounds.length > 0,
    source: describeForMemory(work.source),
    outOfMemory: task.outOfMemory ?? 0,
  });
  const { bytes, passes, threads, givenThreads } = fit;
  log.info({ bytes, passes: passes.length, threads }, "memory.planned");
  using _held = await memory.budget.reserve(bytes, {
    signal,
    onWait: () => {
      const { capacityBytes, reservedBytes } = memory.budget;
      log.info({ bytes, freeBytes: capacityBytes - reservedBytes }, "memory.awaited");
      context.onMemoryAwaited(true);
    },
  });
  context.onMemoryAwaited(false);
  const made: Made[] = [];
  let isWhole = false;
  try {
    for (const [index, pass] of passes.entries()) {
      const rungs = work.rungs.filter(({ name }) => pass.rungs.some((rung) => rung.name === name));
      const isLastPass = work.isLastPass !== false && index === passes.length - 1;
      const ofPass = { ...work, rungs, isLastPass, sounds: pass.withAudio ? work.sounds : [] };
      const threaded = { ...ofPass, ...(givenThreads && { threads: givenThreads }) };
      made.push(await renderReplacing(context, threaded, render));
    }
    isWhole = true;
  } finally {
    learn(context, fit, isWhole);
  }
  return joinMade(made);
}

/** What several goes made, as one. */
export const joinMade = (made: readonly Made[]): Made => ({
  command: made.flatMap(({ command }, index) => (index === 0 ? command : ["&&", ...command])),
  encoders: Object.assign({}, ...made.map(({ encoders }) => encoders)) as Made["encoders"],
});

/** What was stopped on its way may only say that more is needed. */
function learn({ log, memory }: AttemptContext, fit: ReservedFit, isWhole: boolean): void {
  const usage = currentUsage()?.read();
  if (!usage) return;
  if (isWhole || usage.peakMemoryBytes > fit.bytes) memory.learn(fit, usage.peakMemoryBytes);
  const { estimatedBytes, bytes } = fit;
  log.info({ estimatedBytes, reservedBytes: bytes, peakMemoryBytes: usage.peakMemoryBytes }, "memory.used");
}
