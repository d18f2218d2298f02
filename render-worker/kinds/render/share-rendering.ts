import type { Capabilities } from "@reelay/contracts";
import { EncoderPool } from "../../media/devices/index.ts";
import { type FfmpegTools, ToolNotFoundError } from "../../media/ffmpeg/index.ts";
import { requiredEncoders } from "../../media/tools/index.ts";
import type { FfmpegRuntime } from "../ffmpeg/index.ts";
import { RenderMemory, Throughput } from "./capacity/index.ts";
import type { RenderShared } from "./context.ts";

const rendering = new WeakMap<FfmpegRuntime, RenderShared>();

/**
 * What all encodes of a worker share: encoders, and the measured speed and memory of the machine. Throws a
 * `ToolNotFoundError` if ffmpeg lacks an encoder.
 */
export function shareRendering(runtime: FfmpegRuntime): RenderShared {
  const known = rendering.get(runtime);
  if (known !== undefined) return known;
  const { tools, config } = runtime;
  assertEncoders(tools);
  const shared: RenderShared & { encoders: EncoderPool } = {
    encoders: new EncoderPool({
      capabilities: tools.capabilities,
      ...(config.nvencSessions !== undefined && { nvencSessions: config.nvencSessions }),
    }),
    throughput: new Throughput(tools.pixelsPerSecond),
    renderMemory: new RenderMemory(),
  };
  rendering.set(runtime, shared);
  return shared;
}

function assertEncoders({ encoders, ffmpeg: { path, version } }: FfmpegTools): void {
  const missing = requiredEncoders.filter((name) => !encoders.includes(name));
  if (missing.length === 0) return;
  throw new ToolNotFoundError(
    `${path} (${version}) cannot encode with ${missing.join(" and ")}, which every render needs. Set FFMPEG_PATH to a build that can.`,
  );
}

/** The audio encoders, and the video encoders that have not been given up since the start. */
export function stillWorking(tools: FfmpegTools, now: Capabilities): string[] {
  const names = ({ encoders }: Capabilities) => new Set(encoders.map(({ name }) => name));
  const [before, left] = [names(tools.capabilities), names(now)];
  return tools.encoders.filter((name) => left.has(name) || !before.has(name));
}
