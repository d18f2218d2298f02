import type { Mp4Samples } from "./mp4-samples.ts";
import { countEntries, type SampleTables } from "./mp4-track.ts";

/** Where samples lie in the file, in bytes from its beginning. `samples` ascend; null where the tables do not say. */
export function samplePositions(
  { stsc, stco, co64 }: SampleTables,
  { sizes }: Pick<Mp4Samples, "sizes">,
  samples: readonly number[],
): number[] | null {
  const chunks = chunkPositions(stco, co64);
  if (!stsc || !chunks) return null;
  const runs = countEntries(stsc, 12);
  const positions: number[] = [];
  let run = 0;
  let sample = 0;
  for (let chunk = 0; chunk < chunks.count && positions.length < samples.length; chunk += 1) {
    while (run + 1 < runs && stsc.readUInt32BE(8 + (run + 1) * 12) <= chunk + 1) run += 1;
    let at = chunks.at(chunk);
    const inChunk = run < runs ? stsc.readUInt32BE(12 + run * 12) : 0;
    // A table may claim more than there are.
    for (const end = Math.min(sample + inChunk, sizes.length); sample < end; sample += 1) {
      if (samples[positions.length] === sample) positions.push(at);
      at += sizes[sample] ?? 0;
    }
  }
  return positions.length === samples.length ? positions : null;
}

/** By their numbers, from 0. */
function chunkPositions(
  stco: SampleTables["stco"],
  co64: SampleTables["co64"],
): { count: number; at: (chunk: number) => number } | null {
  if (stco) {
    return { count: countEntries(stco, 4), at: (chunk) => stco.readUInt32BE(8 + chunk * 4) };
  }
  if (!co64) return null;
  return { count: countEntries(co64, 8), at: (chunk) => Number(co64.readBigUInt64BE(8 + chunk * 8)) };
}
