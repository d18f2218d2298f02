import { transcode as definition } from "@reelay/contracts";
import { prepareKind } from "../../attempt/index.ts";
import type { WorkerKind } from "../kind.ts";
import { emptyState, finishedKeys, settleState, shareRendering, stillWorking } from "../render/index.ts";
import { runTranscode } from "./run-transcode.ts";

/** Renders the variants of a profile from a source, whole or in parts. */
export const transcode: WorkerKind = {
  async prepare(host) {
    const runtime = await host.ffmpeg();
    const shared = shareRendering(runtime);
    return prepareKind({
      definition,
      initial: emptyState,
      run: ({ state, ...attempt }, params) =>
        runTranscode({ ...runtime.begin(attempt, params), ...shared, state }),
      settle: settleState,
      finished: finishedKeys,
      offer: () => {
        const { tools } = runtime;
        const { capabilities } = shared.encoders;
        return {
          runtime: "ffmpeg",
          version: tools.ffmpeg.version,
          encoders: stillWorking(tools, capabilities),
          capabilities,
        };
      },
    });
  },
};
