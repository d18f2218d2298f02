import { isDeepStrictEqual } from "node:util";
import { type AnimationParams, AnimationSettings } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";
import { drawingOperations, toDrawingParams } from "../drawing/index.ts";

/** Draws a script, and turns its frames into the variants of a profile. */
export const animation = drawingOperations(toAnimationParams);

/** Chunks of animations with other settings have other pixels. */
async function toAnimationParams(tx: Tx, task: TaskWithAll): Promise<AnimationParams> {
  const settings = AnimationSettings.parse(task.job.video.source?.params);
  const isSimilar = (params: unknown) =>
    isDeepStrictEqual(AnimationSettings.safeParse(params).data, settings);
  return { ...(await toDrawingParams(tx, task, { kind: "MANIM", isSimilar })), animation: settings };
}
