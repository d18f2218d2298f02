/** Whether what ffmpeg made is what the source promised. */

import { inputError } from "../../../errors.ts";
import type { FrameStatistics, RenderPlan } from "../../../media/ffmpeg/index.ts";
import type { TranscodeAttempt } from "../context.ts";
import { judgeDamage } from "./judge-damage.ts";
import { type RenderWork, toLength } from "./render-work.ts";

/** Of a part of a long video; what is made in one piece is judged as a whole. */
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

/** A source most of which is damaged is refused rather than shown for a part of its time without a word. */
export function assertDecoded({ source: { promised } }: RenderWork, statistics: FrameStatistics): void {
  const { frames, durationMs } = promised;
  if (frames === null || durationMs === null) return;
  const outputs = [...statistics.outputs.values()];
  const decodedMs = Math.max(...outputs.map(({ timeMs }) => timeMs));
  const decoded = Math.max(...outputs.map((output) => output.frames));
  // Both: edit lists leave pictures out, high rates are thinned out, and one picture may stand for minutes.
  if (decoded >= frames / 2 || decodedMs >= durationMs / 2) return;
  throw inputError(
    "SOURCE_CORRUPT",
    `The source is damaged: of its ${seconds(durationMs)} s of pictures only the first ${seconds(decodedMs)} s could be decoded. Upload a copy that plays to its end.`,
  );
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** A source none of whose pictures can be decoded is no video. */
export function assertFrames(plan: RenderPlan, { rungs }: RenderWork, statistics: FrameStatistics): void {
  const names = new Set(rungs.map(({ name }) => name));
  // Not each by itself: encoders of newer releases write their lines side by side, and the first of some are lost.
  const hasFrames = plan.outputs.some(
    ({ name }, index) => names.has(name) && statistics.outputs.get(index)?.frames,
  );
  if (names.size > 0 && !hasFrames) {
    throw inputError(
      "SOURCE_NO_FRAMES",
      "The source's video stream holds no picture that could be decoded. Upload a copy that plays.",
    );
  }
}
