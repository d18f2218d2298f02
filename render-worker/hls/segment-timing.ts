import { open } from "node:fs/promises";
import { findBox, walkBoxes } from "./boxes.ts";

/** Ticks per second of the one track in an initialisation segment. */
export function readTimeScale(init: Buffer): number | null {
  const mdhd = findBox(init, ["moov", "trak", "mdia", "mdhd"]);
  if (!mdhd) return null;
  // Version 1 has two times of 8 bytes instead of 4 before it.
  const timeScale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  return timeScale > 0 ? timeScale : null;
}

/** The `moof` of a segment of a few seconds has some kilobytes; it stands at the beginning. */
const headBytes = 256 * 1024;

/** How long a media segment's samples last: the sum of what its track runs say. Null when they do not say. */
export async function readSegmentDurationMs(path: string, timeScale: number): Promise<number | null> {
  await using file = await open(path, "r");
  const buffer = Buffer.alloc(headBytes);
  const { bytesRead } = await file.read(buffer, 0, headBytes, 0);
  const ticks = sumSampleDurations(buffer.subarray(0, bytesRead));
  return ticks === null ? null : Math.round((ticks / timeScale) * 1_000_000) / 1000;
}

function sumSampleDurations(head: Buffer): number | null {
  let ticks = 0;
  for (const moof of walkBoxes(head)) {
    if (moof.type !== "moof") continue;
    if (moof.isCut) return null;
    for (const traf of walkBoxes(moof.body)) {
      if (traf.type !== "traf") continue;
      const tfhd = findBox(traf.body, ["tfhd"]);
      const defaultDuration = tfhd ? readDefaultDuration(tfhd) : null;
      for (const trun of walkBoxes(traf.body)) {
        if (trun.type !== "trun") continue;
        const sum = sumRun(trun.body, defaultDuration);
        if (sum === null) return null;
        ticks += sum;
      }
    }
  }
  return ticks > 0 ? ticks : null;
}

/** ISO 14496-12, 8.8.7: optional fields in the order of their flags. */
function readDefaultDuration(tfhd: Buffer): number | null {
  const flags = tfhd.readUIntBE(1, 3);
  if (!(flags & 0x08)) return null;
  return tfhd.readUInt32BE(8 + (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0));
}

/** ISO 14496-12, 8.8.8: per sample, the duration first where the flags say that there is one. */
function sumRun(trun: Buffer, defaultDuration: number | null): number | null {
  const flags = trun.readUIntBE(1, 3);
  const count = trun.readUInt32BE(4);
  if (!(flags & 0x100)) return defaultDuration === null ? null : defaultDuration * count;
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
  let at = 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0);
  let sum = 0;
  for (let sample = 0; sample < count; sample += 1, at += 4 * fields) {
    if (at + 4 > trun.length) return null;
    sum += trun.readUInt32BE(at);
  }
  return sum;
}
