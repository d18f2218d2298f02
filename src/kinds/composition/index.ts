import { isDeepStrictEqual } from "node:util";
import { type CompositionParams, CompositionSettings, objectKeys } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import type { KindOperations, TaskWithAll } from "../../jobs/index.ts";
import { drawingOperations, toDrawingParams } from "../drawing/index.ts";
import { indexChunks } from "./index-chunks.ts";

/** Draws a template with data, and turns its frames into the variants of a profile. */
export const composition: KindOperations = {
  ...drawingOperations(toCompositionParams),
  completed: indexChunks,
};

async function toCompositionParams(tx: Tx, task: TaskWithAll): Promise<CompositionParams> {
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
  return { ...drawing, composition: settings, ...spoken, chunksPrefix };
}

/** The settings that decide pixels. Others decide only what is heard, and for how long a scene lasts. */
const lookOf = ({ template, width, height, frameRate }: CompositionSettings) => ({
  ...{ template, width, height, frameRate },
});
