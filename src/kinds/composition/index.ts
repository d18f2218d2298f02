import { isDeepStrictEqual } from "node:util";
import { type CompositionParams, CompositionSettings } from "@reelay/contracts";
import type { Tx } from "../../events/index.ts";
import type { TaskWithAll } from "../../jobs/index.ts";
import { drawingOperations, toDrawingParams } from "../drawing/index.ts";

/** Draws a template with data, and turns its frames into the variants of a profile. */
export const composition = drawingOperations(toCompositionParams);

async function toCompositionParams(tx: Tx, task: TaskWithAll): Promise<CompositionParams> {
  const settings = CompositionSettings.parse(task.job.video.source?.params);
  const look = lookOf(settings);
  const isSimilar = (params: unknown) => {
    const other = CompositionSettings.safeParse(params).data;
    return other !== undefined && isDeepStrictEqual(lookOf(other), look);
  };
  return { ...(await toDrawingParams(tx, task, { kind: "TEMPLATE", isSimilar })), composition: settings };
}

/** The settings that decide pixels. Others decide only what is heard, and for how long a scene lasts. */
const lookOf = ({ template, width, height, frameRate }: CompositionSettings) => ({
  ...{ template, width, height, frameRate },
});
