/** Compares ffmpeg's output with the source's promise. */

import { inputError } from "../../../errors.ts";
import type { FrameStatistics, RenderPlan } from "../../../media/ffmpeg/index.ts";
import type { TranscodeAttempt } from "../context.ts";
import { judgeDamage } from "./judge-damage.ts";
import { type RenderWork, toLength } from "./render-work.ts";

/** For parts of a long video; other output is judged as a whole. */
export function noteDamage(
  { log, state }: TranscodeAttempt,
  work: RenderWork,
  statistics: FrameStatistics,
  logTail: string,
): void {
  const { durationMs: lengthMs, startMs } = toLength(work);
  if (work.part.kind === "WHOLE" || work.rungs.length === 0 || lengthMs === null) return;
  const outputs = [...statistics.outputs.values()];
  const damage = judgeDamage({
    ...{ startMs, lengthMs, log: logTail },
    frames: Math.max(0, ...outputs.map(({ frames }) => frames)),
    lastMs: Math.max(startMs, ...outputs.map(({ timeMs }) => timeMs)),
    isVariable: work.source.probe.video.isVariableFrameRate,
    frameRate: work.rungs.reduce((most, { frameRate }) => Math.max(most, frameRate ?? 0), 0) || null,
  });
  if (damage === null) return;
  log.warn({ ...damage }, "source.damaged");
  state.update((before) => ({ ...before, damage }));
}

/** Rejects a source that is mostly damaged, rather than silently showing only a part of it. */
export function assertDecoded({ source: { promised } }: RenderWork, statistics: FrameStatistics): void {
  const { frames, durationMs } = promised;
  if (frames === null || durationMs === null) return;
  const outputs = [...statistics.outputs.values()];
  const decodedMs = Math.max(...outputs.map(({ timeMs }) => timeMs));
  const decoded = Math.max(...outputs.map((output) => output.frames));
  // Both must be low: edit lists drop frames, high rates are reduced, and one frame may last for minutes.
  if (decoded >= frames / 2 || decodedMs >= durationMs / 2) return;
  throw inputError(
    "SOURCE_CORRUPT",
    `The source is damaged: only the first ${seconds(decodedMs)} s of its ${seconds(durationMs)} s of video could be decoded. Upload an intact copy.`,
  );
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** Rejects a source without a decodable frame. */
export function assertFrames(plan: RenderPlan, { rungs }: RenderWork, statistics: FrameStatistics): void {
  const names = new Set(rungs.map(({ name }) => name));
  // Not per output: newer encoders write log lines concurrently, and some first lines are lost.
  const hasFrames = plan.outputs.some(
    ({ name }, index) => names.has(name) && statistics.outputs.get(index)?.frames,
  );
  if (names.size > 0 && !hasFrames) {
    throw inputError(
      "SOURCE_NO_FRAMES",
      "The source's video stream has no frame that could be decoded. Upload an intact copy.",
    );
  }
}
