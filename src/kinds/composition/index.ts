import { isDeepStrictEqual } from "node:util";
import { type CompositionParams, CompositionSettings, objectKeys, transcode } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import { isFor, type KindOperations, type SplitLimits, type TaskWithAll } from "../../jobs/index.ts";
import { drawingOperations, toDrawingParams } from "../drawing/index.ts";
import { JobPlan } from "../render/index.ts";
import { indexChunks } from "./index-chunks.ts";
import { readSceneParts, toSceneParams } from "./to-scene-params.ts";

/** Draws a template with data, and turns its frames into the variants of a profile. */
export const composition: KindOperations = {
  ...drawingOperations(toCompositionParams),
  toScope({ params, job }) {
    const { startMs, endMs, renditions } = transcode.taskParams.parse(params);
    const plan = JobPlan.nullable().parse(job.plan ?? null);
    const isFirst = startMs === 0 && endMs === null;
    return {
      startMs,
      endMs: isFirst ? (plan?.headEndMs ?? null) : endMs,
      makes: (name) => (isFirst ? isFor(job, name) : renditions.includes(name)),
    };
  },
  completed: indexChunks,
};

async function toCompositionParams(
  tx: Tx,
  task: TaskWithAll,
  _limits: SplitLimits,
  now: Date,
): Promise<CompositionParams> {
  const settings = CompositionSettings.parse(task.job.video.source?.params);
  const look = lookOf(settings);
  const isSimilar = (params: unknown) => {
    const other = CompositionSettings.safeParse(params).data;
    return other !== undefined && isDeepStrictEqual(lookOf(other), look);
  };
  const drawing = await toDrawingParams(tx, task, { kind: "TEMPLATE", isSimilar });
  const { workspaceId } = task;
  const spoken = settings.voice && { speechPrefix: objectKeys.speech(workspaceId) };
  const chunksPrefix = objectKeys.chunks(workspaceId);
  const made = { ...drawing, composition: settings, ...spoken, chunksPrefix };
  const { workers, scenes } = await toSceneParams(tx, task, now);
  if (scenes === undefined) return { ...made, ...(workers && { workers }) };
  const { storyboard, ...rest } = made;
  // The last task makes it, when all scenes are there.
  const isLast = scenes.chunks.length === 0;
  const keep = { ...rest.keep, parts: await readSceneParts(tx, task, scenes) };
  return { ...rest, keep, scenes, ...(isLast && storyboard && { storyboard }) };
}

/** The settings that decide pixels. Others decide only what is heard, and for how long a scene lasts. */
const lookOf = ({ template, width, height, frameRate }: CompositionSettings) => ({
  ...{ template, width, height, frameRate },
});
