import { composition as definition } from "@reelay/contracts";
import { prepareKind } from "../../attempt/index.ts";
import type { WorkerKind } from "../kind.ts";
import { emptyState, finishedKeys, settleState, shareRendering } from "../render/index.ts";
import { checkData } from "./check-data.ts";
import { runComposition } from "./run-composition.ts";

/** Draws and speaks data by templates, and encodes the frames. */
export const composition: WorkerKind = {
  async prepare(host) {
    const runtime = await host.ffmpeg();
    const shared = shareRendering(runtime);
    const [painter, speech] = await Promise.all([host.templatePainter(), host.speech()]);
    const kind = prepareKind({
      definition,
      initial: emptyState,
      run: ({ state, ...attempt }, params) =>
        runComposition({ ...runtime.begin(attempt, params), ...shared, state }, { painter, speech }),
      settle: settleState,
      finished: finishedKeys,
      offer: () => ({ runtime: definition.requires.runtime, version: painter.version }),
    });
    const { ffmpeg } = runtime.programs();
    return { ...kind, check: (request, host) => checkData({ painter, ffmpeg }, request, host) };
  },
};
