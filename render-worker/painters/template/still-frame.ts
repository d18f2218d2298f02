import type { PlannedScene } from "@reelay/templates";
import type { Job } from "./job.ts";

/** The last frame of a mark: all that moves in it has moved. */
export function frameOf({ marks, frames }: PlannedScene, { stills, frameRate }: Job): number {
  const mark = marks.find(({ mark }) => mark === stills.mark) ?? marks.at(-1);
  if (!mark) return frames - 1;
  const end = ((mark.startMs + mark.lastsMs) * frameRate) / 1000;
  return Math.min(frames - 1, Math.max(0, Math.ceil(end) - 1));
}
