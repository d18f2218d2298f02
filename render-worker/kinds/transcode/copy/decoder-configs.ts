import { type Box, pickBoxes } from "../../../media/hls/index.ts";

/** ISO 14496-12, 12.1.3 and 12.2.3: what a sample entry holds before its boxes. */
const visualEntryBytes = 78;
const soundEntryBytes = 28;

/** H.264's settings as the file states them for all frames. Null for other codecs, and where they stand among the frames (`avc3`). */
export function readAvcConfig(descriptions: readonly Box[]): { level: number; lengthBytes: number } | null {
  const entry = descriptions[0];
  if (entry?.type !== "avc1") return null;
  const { avcC } = pickBoxes(entry.body.subarray(visualEntryBytes), ["avcC"]) ?? {};
  if (!avcC || avcC.length < 5) return null;
  return { level: avcC[3] ?? 0, lengthBytes: ((avcC[4] ?? 0) & 3) + 1 };
}

const sampleRates = [96, 88.2, 64, 48, 44.1, 32, 24, 22.05, 16, 12, 11.025, 8, 7.35].map((k) => k * 1000);

/** MPEG-4 sound's AudioSpecificConfig (ISO 14496-3). Null for other codecs. */
export function readSoundConfig(
  descriptions: readonly Box[],
): { objectType: number; sampleRate: number; channels: number } | null {
  const entry = descriptions[0];
  if (entry?.type !== "mp4a") return null;
  // Version 1 and 2 of QuickTime's sound description are longer, and hold the box deeper.
  const esds = entry.body.indexOf("esds", soundEntryBytes, "latin1");
  if (esds === -1) return null;
  const descriptors = entry.body.subarray(esds + 8);
  // The DecoderConfigDescriptor of MPEG-4 sound, then the DecoderSpecificInfo behind its length.
  const decoder = descriptors.indexOf(Buffer.from([0x40, 0x15]));
  let at = decoder === -1 ? -1 : descriptors.indexOf(0x05, decoder + 13);
  if (at === -1) return null;
  at += 1;
  while (((descriptors[at] ?? 0) & 0x80) !== 0) at += 1;
  if (at + 2 >= descriptors.length) return null;
  const bits = descriptors.readUInt16BE(at + 1);
  return {
    objectType: bits >> 11,
    sampleRate: sampleRates[(bits >> 7) & 0xf] ?? 0,
    channels: (bits >> 3) & 0xf,
  };
}
