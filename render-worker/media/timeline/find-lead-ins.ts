import type { SourceFile } from "../probe/index.ts";
import { findEntry } from "./find-entry.ts";
import { mustBeSearched, planEntry } from "./plan-entry.ts";
import { type LookOptions, readPackets } from "./read-packets.ts";

/**
 * How long before each of these places decoding begins, milliseconds: at the key frame that ffmpeg lands on. Reads a packet at each, and of a transport
 * stream some seconds. Empty where that cannot be told.
 */
export async function findLeadIns(
  source: SourceFile,
  startsMs: readonly number[],
  options: LookOptions,
): Promise<number[]> {
  if (startsMs.length === 0) return [];
  if (mustBeSearched(source)) {
    const leads: number[] = [];
    for (const startMs of startsMs) {
      const { seekMs } = await findEntry(source, startMs, options);
      leads.push(startMs - (seekMs ?? 0));
    }
    return leads;
  }
  const places = startsMs.map((startMs) => {
    const { seekMs } = planEntry(startMs, source);
    return `${(source.zeroSeconds + (seekMs ?? 0) / 1000).toFixed(3)}%+#1`;
  });
  const look = { intervals: places.join(","), entries: "pts_time", timeoutMs: 30_000 };
  const { exitCode, lines } = await readPackets(source, look, options);
  const times = lines.filter((line) => /\d/.test(line));
  if (exitCode !== 0 || times.length !== startsMs.length) return [];
  return startsMs.map((startMs, index) => {
    const landedMs = (Number.parseFloat(times[index] ?? "") - source.zeroSeconds) * 1000;
    return Math.max(0, Math.round(startMs - landedMs)) || 0;
  });
}
