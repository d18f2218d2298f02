import { type Capabilities, transcode as definition } from "@reelay/contracts";
import { prepareKind } from "../../attempt/index.ts";
import { EncoderPool } from "../../media/devices/index.ts";
import { type FfmpegTools, ToolNotFoundError } from "../../media/ffmpeg/index.ts";
import { requiredEncoders } from "../../media/tools/index.ts";
import type { WorkerKind } from "../kind.ts";
import { RenderMemory, Throughput } from "./capacity/index.ts";
import { runTranscode } from "./run-transcode.ts";
import { emptyState, finishedKeys, settleState } from "./state/index.ts";

/** Renders the variants of a profile from a source, whole or in parts. */
export const transcode: WorkerKind = {
  async prepare(host) {
    const runtime = await host.ffmpeg();
    const { tools, config } = runtime;
    assertEncoders(tools);
    const encoders = new EncoderPool({
      capabilities: tools.capabilities,
      ...(config.nvencSessions !== undefined && { nvencSessions: config.nvencSessions }),
    });
    const shared = {
      encoders,
      throughput: new Throughput(tools.pixelsPerSecond),
      renderMemory: new RenderMemory(),
    };
    return prepareKind({
      definition,
      initial: emptyState,
      run: ({ state, ...attempt }, params) =>
        runTranscode({ ...runtime.begin(attempt, params), ...shared, state }),
      settle: settleState,
      finished: finishedKeys,
      offer: () => {
        const { capabilities } = encoders;
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

function assertEncoders({ encoders, ffmpeg: { path, version } }: FfmpegTools): void {
  const missing = requiredEncoders.filter((name) => !encoders.includes(name));
  if (missing.length === 0) return;
  throw new ToolNotFoundError(
    `${path} (${version}) cannot encode with ${missing.join(" and ")}, which every render needs. Set FFMPEG_PATH to a build that can.`,
  );
}

/** The audio encoders, and the video encoders that have not been given up since the start. */
function stillWorking(tools: FfmpegTools, now: Capabilities): string[] {
  const names = ({ encoders }: Capabilities) => new Set(encoders.map(({ name }) => name));
  const [before, left] = [names(tools.capabilities), names(now)];
  return tools.encoders.filter((name) => left.has(name) || !before.has(name));
}
