import { findBox } from "../hls/boxes.ts";
import type { Mp4Track } from "./mp4-track.ts";

/** Where samples lie in the file, in bytes from its beginning. `samples` ascend; null where the tables do not say. */
export function samplePositions(track: Mp4Track, samples: readonly number[]): number[] | null {
  const { stbl, sizes } = track;
  const stsc = findBox(stbl, ["stsc"]);
  const chunks = chunkPositions(stbl);
  if (!stsc || !chunks) return null;
  const runs = Array.from({ length: Math.floor((stsc.length - 8) / 12) }, (_, entry) => ({
    firstChunk: stsc.readUInt32BE(8 + entry * 12) - 1,
    samples: stsc.readUInt32BE(12 + entry * 12),
  }));
  const positions: number[] = [];
  let run = 0;
  let sample = 0;
  for (let chunk = 0; chunk < chunks.length && positions.length < samples.length; chunk += 1) {
    while ((runs[run + 1]?.firstChunk ?? Number.POSITIVE_INFINITY) <= chunk) run += 1;
    let at = chunks[chunk] ?? 0;
    for (let end = sample + (runs[run]?.samples ?? 0); sample < end; sample += 1) {
      if (samples[positions.length] === sample) positions.push(at);
      at += sizes[sample] ?? 0;
    }
  }
  return positions.length === samples.length ? positions : null;
}

function chunkPositions(stbl: Buffer): number[] | null {
  const stco = findBox(stbl, ["stco"]);
  if (stco) {
    const count = Math.min(stco.readUInt32BE(4), Math.floor((stco.length - 8) / 4));
    return Array.from({ length: count }, (_, entry) => stco.readUInt32BE(8 + entry * 4));
  }
  const co64 = findBox(stbl, ["co64"]);
  if (!co64) return null;
  const count = Math.min(co64.readUInt32BE(4), Math.floor((co64.length - 8) / 8));
  return Array.from({ length: count }, (_, entry) => Number(co64.readBigUInt64BE(8 + entry * 8)));
}
