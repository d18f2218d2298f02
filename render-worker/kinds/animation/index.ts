import { animation as definition } from "@reelay/contracts";
import { prepareKind } from "../../attempt/index.ts";
import type { WorkerKind } from "../kind.ts";
import { emptyState, finishedKeys, settleState, shareRendering } from "../render/index.ts";
import { checkScript } from "./check-script.ts";
import { runAnimation } from "./run-animation.ts";

/** Draws Manim scripts and encodes their frames. */
export const animation: WorkerKind = {
  isOptional: true,
  async prepare(host) {
    const runtime = await host.ffmpeg();
    const shared = shareRendering(runtime);
    const painter = await host.painter();
    const kind = prepareKind({
      definition,
      initial: emptyState,
      run: ({ state, ...attempt }, params) =>
        runAnimation({ ...runtime.begin(attempt, params), ...shared, state }, painter),
      settle: settleState,
      finished: finishedKeys,
      offer: () => ({
        ...{ runtime: definition.requires.runtime, version: painter.version, jail: painter.jail },
        tools: painter.texReason === null ? ["tex"] : [],
      }),
    });
    return { ...kind, check: (request, host) => checkScript(painter, request, host) };
  },
};
