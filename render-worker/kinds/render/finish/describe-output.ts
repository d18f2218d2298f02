import type { Provenance } from "@reelay/contracts";
import { type FinishedRendition, readEncoder } from "../../../media/quality/index.ts";
import { readObject } from "../../../store/index.ts";
import type { RenderAttempt } from "../context.ts";
import type { Made } from "../encode/index.ts";

/** Contains a segment's first frame. */
const BEGINNING_BYTES = 64 * 1024;

/** Describes the programs that made the attempt's output. */
export async function describeOutput(
  { store, tools, signal }: RenderAttempt,
  renditions: readonly FinishedRendition[],
  made: readonly Made[],
): Promise<Provenance> {
  const named: Record<string, string> = Object.assign({}, ...made.map((each) => each.encoders));
  const encoders: Record<string, string> = {};
  for (const { variant, segments } of renditions) {
    const key = segments[0]?.key;
    if (key === undefined) continue;
    const build = readEncoder(await readObject(store, key, { end: BEGINNING_BYTES - 1, signal }));
    const encoder = [named[variant.name], build].filter((name) => name !== undefined && name !== null);
    if (encoder.length > 0) encoders[variant.name] = encoder.join(", ");
  }
  return {
    ffmpegVersion: tools.ffmpeg.version,
    device: describeDevices(named),
    commands: made.flatMap(({ command }) => (command.length > 0 ? [command] : [])),
    encoders,
  };
}

/** `h264_nvenc on NVIDIA L4` → `NVIDIA L4`; encoders without a device use the CPU. */
function describeDevices(encoders: Record<string, string>): string {
  const devices = Object.values(encoders).map((encoder) => encoder.split(" on ")[1] ?? "cpu");
  return devices.length > 0 ? [...new Set(devices)].join(", ") : "cpu";
}
