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

/** Input options: the device that a process uses, if any, and the source decoded there. */
export function deviceInputOptions({ decodeOn, encoders }: DevicePlan): string[] {
  if (decodeOn !== null) return openDecoder(decodeOn, deviceTable[decodeOn.kind].decode?.hwaccel ?? "");
  const fed = [...encoders.values()].find(({ row, device }) => openDevice(row, device).length > 0);
  return fed ? openDevice(fed.row, fed.device) : [];
}

/** Output options that tell a rung's encoder its device. Pictures that lie on one already say it themselves. */
export function deviceOutputOptions({ decodeOn, encoders }: DevicePlan, name: string): string[] {
  const encoder = encoders.get(name);
  const select = encoder && decodeOn === null ? selectDevice(encoder.row, encoder.device) : "";
  return select === "" ? [] : words(select);
}

/** What brings a rung's pictures from main memory to its encoder: nothing for most. */
export function uploadFilters({ encoders }: DevicePlan, name: string): string[] {
  const upload = encoders.get(name)?.row.upload ?? "";
  return upload === "" ? [] : [upload];
}

/** The device that all pictures stay on; null: they are in main memory. */
export const chainOf = ({ decodeOn }: DevicePlan): DecodeChain | null =>
  decodeOn && deviceTable[decodeOn.kind].decode;

/**
 * The filter graph for a source that is decoded on a device: the same cascade as in software, with the device's own filters. Only what a software encoder is to
 * have comes to main memory, at its own size.
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
  // Leaving out a frame does not look into it: that is done wherever it lies.
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
