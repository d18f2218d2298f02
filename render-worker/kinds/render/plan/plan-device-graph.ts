import {
  type DecodeChain,
  type DevicePlan,
  deviceTable,
  openDecoder,
  openDevice,
  selectDevice,
} from "../../../media/devices/index.ts";
import { words } from "../../../media/ffmpeg/index.ts";
import { planTimes, trim } from "../../../media/filters/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import { type RenderSpan, wholeSpan } from "../../../media/timeline/index.ts";
import { planThinning } from "./plan-thinning.ts";
import { tap } from "./tap.ts";

/** Input options: the device of a process, if any, and decoding on it. */
export function deviceInputOptions({ decodeOn, encoders }: DevicePlan): string[] {
  if (decodeOn !== null) return openDecoder(decodeOn, deviceTable[decodeOn.kind].decode?.hwaccel ?? "");
  const fed = [...encoders.values()].find(({ row, device }) => openDevice(row, device).length > 0);
  return fed ? openDevice(fed.row, fed.device) : [];
}

/** Output options that select the device of a rung's encoder. Frames on a device already determine it. */
export function deviceOutputOptions({ decodeOn, encoders }: DevicePlan, name: string): string[] {
  const encoder = encoders.get(name);
  const select = encoder && decodeOn === null ? selectDevice(encoder.row, encoder.device) : "";
  return select === "" ? [] : words(select);
}

/** Filters that upload a rung's frames from main memory for its encoder; none for most. */
export function uploadFilters({ encoders }: DevicePlan, name: string): string[] {
  const upload = encoders.get(name)?.row.upload ?? "";
  return upload === "" ? [] : [upload];
}

/** The device that holds all frames; null: main memory. */
export const chainOf = ({ decodeOn }: DevicePlan): DecodeChain | null =>
  decodeOn && deviceTable[decodeOn.kind].decode;

/**
 * The filter graph for a source that is decoded on a device: the same cascade as in software, with the
 * device's own filters. Only frames for a software encoder are copied to main memory, at their final size.
 *
 * @param rungs largest first
 */
export function planDeviceGraph(
  source: SourceFile,
  rungs: readonly PlannedRung[],
  {
    devices: { encoders },
    chain,
    span = wholeSpan,
  }: { devices: DevicePlan; chain: DecodeChain; span?: RenderSpan | undefined },
): string {
  // Dropping a frame does not access its content, so it works in any memory.
  const thinnings = planThinning(source, rungs);
  const chains = rungs.map((rung, index) => {
    const next = rungs[index + 1];
    const { shared = [], own = [] } = thinnings[index] ?? {};
    const filters = [
      ...(index === 0 ? [...planTimes(source, span, chain.deinterlace), ...trim(span)] : []),
      ...shared,
      chain.scale(rung.width, rung.height),
      "setsar=1",
    ].join(",");
    const isSoftware = (encoders.get(rung.name)?.device ?? null) === null;
    const from = index === 0 ? `0:${source.videoIndex}` : `to-${rung.name}`;
    return `[${from}]${filters}${tap(rung, next, [...own, ...(isSoftware ? [chain.download] : [])])}`;
  });
  return chains.join(";");
}
