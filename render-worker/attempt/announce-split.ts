import { audioRendition } from "../ffmpeg/plan-render.ts";
import type { PlannedRung } from "../ladder/plan-ladder.ts";
import type { StateCell } from "./context.ts";

/** What of a video is to be made by tasks for what the head leaves. */
export interface SplitWork {
  headEndMs: number;
  /** All that are to be made, in however many goes the head makes them. */
  rungs: readonly PlannedRung[];
  withAudio: boolean;
}

/**
 * Says once what the tasks for the rest are to make, and how fast this worker is: earlier than its own work is done, so that others can begin.
 *
 * @param pixelsPerSecond as measured; null if the head was too short for that
 */
export function announceSplit(
  state: StateCell,
  { headEndMs, rungs, withAudio }: SplitWork,
  pixelsPerSecond: number | null,
): void {
  if (state.current.split) return;
  const renditions = [...rungs.map(({ name }) => name), ...(withAudio ? [audioRendition] : [])];
  const needed = rungs.reduce((sum, rung) => sum + pixelsPerVideoSecond(rung), 0);
  const speed =
    pixelsPerSecond === null || needed === 0
      ? null
      : Math.max(0.001, Math.round((pixelsPerSecond / needed) * 1000) / 1000);
  state.update((before) => ({ ...before, split: { headEndMs, renditions, speed } }));
}

const pixelsPerVideoSecond = ({ width, height, frameRate }: PlannedRung): number =>
  width * height * (frameRate ?? 30);
