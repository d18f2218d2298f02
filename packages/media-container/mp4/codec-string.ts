import { type Box, findBox, pickBoxes, walkBoxes } from "./boxes.ts";

/**
 * Codecs in sample descriptions. Bytes of a sample entry before its boxes (ISO 14496-12, 12.1.3 and
 * 12.2.3).
 */
const VISUAL_ENTRY = 78;
const AUDIO_ENTRY = 28;

/**
 * The RFC 6381 codec string of an initialization segment with one track, from the encoder's output:
 * `avc1.PPCCLL`, `hvc1.…`, `av01.…` or `mp4a.40.N`. Null for anything else.
 */
export function codecString(init: Uint8Array): string | null {
  const bytes = Buffer.from(init.buffer, init.byteOffset, init.byteLength);
  const stsd = findBox(bytes, ["moov", "trak", "mdia", "minf", "stbl", "stsd"]);
  // Version, flags, number of entries: one.
  const entry = stsd && walkBoxes(stsd.subarray(8)).next().value;
  if (!entry || entry.isCut) return null;
  const { type, body } = entry;
  const config = (box: string) => findBox(body.subarray(VISUAL_ENTRY), [box]);
  switch (type) {
    case "avc1":
    case "avc3":
      return avcString(type, config("avcC"));
    case "hvc1":
    case "hev1":
      return hevcString(type, config("hvcC"));
    case "av01":
      return av1String(config("av1C"));
    case "mp4a": {
      const audio = readAudioConfig(entry);
      return audio && `mp4a.40.${audio.objectType}`;
    }
    default:
      return null;
  }
}

/** RFC 6381, 3.3: profile, constraints and level of the avcC box after its version. */
function avcString(type: string, avcC: Buffer | null): string | null {
  if (!avcC || avcC.length < 4) return null;
  return `${type}.${avcC.subarray(1, 4).toString("hex").toUpperCase()}`;
}

/** H.264's level and length of unit sizes, if the file states them once for all frames (not `avc3`). */
export function readAvcConfig(entry: Box | undefined): { level: number; lengthBytes: number } | null {
  if (entry?.type !== "avc1") return null;
  const { avcC } = pickBoxes(entry.body.subarray(VISUAL_ENTRY), ["avcC"]) ?? {};
  if (!avcC || avcC.length < 5) return null;
  return { level: avcC[3] ?? 0, lengthBytes: ((avcC[4] ?? 0) & 3) + 1 };
}

/**
 * ISO 14496-15, annex E.3: profile space and profile, compatibility flags in reverse order, tier and level,
 * then the constraint bytes without trailing zeros.
 */
function hevcString(type: string, hvcC: Buffer | null): string | null {
  if (!hvcC || hvcC.length < 13) return null;
  const first = hvcC.readUInt8(1);
  const space = ["", "A", "B", "C"][first >> 6] ?? "";
  const flags = hvcC.readUInt32BE(2);
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) if (flags & (1 << bit)) reversed += 2 ** (31 - bit);
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  return [
    type,
    `${space}${first & 0x1f}`,
    hex(reversed),
    `${first & 0x20 ? "H" : "L"}${hvcC.readUInt8(12)}`,
    ...constraints.map(hex),
  ].join(".");
}

/**
 * AV1 in ISO BMFF, 5: profile, level and tier, bit depth. The rest has its defaults in our output (4:2:0,
 * BT.709, limited range).
 */
function av1String(av1C: Buffer | null): string | null {
  if (!av1C || av1C.length < 4) return null;
  const [second, third] = [av1C.readUInt8(1), av1C.readUInt8(2)];
  const level = String(second & 0x1f).padStart(2, "0");
  const depth = third & 0x40 ? (third & 0x20 ? "12" : "10") : "08";
  return `av01.${second >> 5}.${level}${third & 0x80 ? "H" : "M"}.${depth}`;
}

const hex = (value: number): string => value.toString(16).toUpperCase();

export interface AudioConfig {
  /** MPEG-4 audio object type: 2 is AAC-LC. */
  objectType: number;
  sampleRate: number;
  channels: number;
}

const sampleRates = [96, 88.2, 64, 48, 44.1, 32, 24, 22.05, 16, 12, 11.025, 8, 7.35].map((k) => k * 1000);

/** MPEG-4 audio's AudioSpecificConfig (ISO 14496-3). Null for other codecs. */
export function readAudioConfig(entry: Box | undefined): AudioConfig | null {
  if (entry?.type !== "mp4a") return null;
  // Versions 1 and 2 of QuickTime's sound description are longer, and nest the box deeper.
  const esds = entry.body.indexOf("esds", AUDIO_ENTRY, "latin1");
  if (esds === -1) return null;
  const descriptors = entry.body.subarray(esds + 8);
  // The DecoderConfigDescriptor: MPEG-4 audio (0x40), an audio stream (0x15), then 11 bytes of buffer size
  // and bitrates of any value. The DecoderSpecificInfo (tag 5) follows.
  const decoder = descriptors.indexOf(Buffer.from([0x40, 0x15]));
  let at = decoder === -1 ? -1 : descriptors.indexOf(0x05, decoder + 13);
  if (at === -1) return null;
  at += 1;
  // Its length: the first bit of each byte announces another.
  while (((descriptors[at] ?? 0) & 0x80) !== 0) at += 1;
  if (at + 2 >= descriptors.length) return null;
  const bits = descriptors.readUInt16BE(at + 1);
  const type = bits >> 11;
  return {
    // 31: 6 more bits follow.
    objectType: type === 31 ? 32 + ((bits >> 5) & 0x3f) : type,
    sampleRate: sampleRates[(bits >> 7) & 0xf] ?? 0,
    channels: (bits >> 3) & 0xf,
  };
}
