import { prepareKinds } from "@reelay/render-worker";
import { findPainter } from "../../render-worker/painters/index.ts";
import { testTools } from "../../render-worker/testing/kit.ts";
import { painterOptions } from "../../render-worker/testing/painter.ts";
import type { System } from "../kit/index.ts";

/** A worker that draws with Manim. `path`: where it finds TeX; default: nowhere. */
export const startPainter = (
  system: System,
  options: Parameters<System["startWorker"]>[0] = {},
  path?: string,
): ReturnType<System["startWorker"]> =>
  system.startWorker(options, undefined, undefined, (tools) =>
    prepareKinds({
      ...tools,
      findFfmpeg: () => testTools(),
      findPainter: () =>
        findPainter({ ...painterOptions, ...(path !== undefined && { path }) }, [tools.jail]),
    }),
  );
