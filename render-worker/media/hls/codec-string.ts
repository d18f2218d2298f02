import { findBox, walkBoxes } from "./boxes.ts";

/** Bytes of a sample entry before its boxes (ISO 14496-12, 12.1.3 and 12.2.3). */
const visualEntry = 78;
const audioEntry = 28;

/**
 * The RFC 6381 codec string of an initialisation segment with one track, read from what the encoder really wrote: `avc1.PPCCLL`,
 * `hvc1.…`, `av01.…` or `mp4a.40.N`. Null for anything else.
 */
export function codecString(init: Uint8Array): string | null {
  const bytes = Buffer.from(init.buffer, init.byteOffset, init.byteLength);
  const stsd = findBox(bytes, ["moov", "trak", "mdia", "minf", "stbl", "stsd"]);
  // Version, flags, number of entries: one.
  const entry = stsd && [...walkBoxes(stsd.subarray(8))][0];
  if (!entry || entry.isCut) return null;
  const { type, body } = entry;
  const config = (box: string, start: number) => findBox(body.subarray(start), [box]);
  switch (type) {
    case "avc1":
    case "avc3":
      return avcString(type, config("avcC", visualEntry));
    case "hvc1":
    case "hev1":
      return hevcString(type, config("hvcC", visualEntry));
    case "av01":
      return av1String(config("av1C", visualEntry));
    case "mp4a":
      return aacString(config("esds", audioEntry));
    default:
      return null;
  }
}

/** RFC 6381, 3.3: profile, constraints and level of the avcC box after its version. */
function avcString(type: string, avcC: Buffer | null): string | null {
  if (!avcC || avcC.length < 4) return null;
  return `${type}.${avcC.subarray(1, 4).toString("hex").toUpperCase()}`;
}

/**
 * ISO 14496-15, annex E.3: profile space and profile, compatibility flags in reverse order, tier and level, then the constraint bytes
 * without those at the end that are zero.
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

/** AV1 in ISO BMFF, 5: profile, level and tier, bit depth; the rest has its defaults in what we make (4:2:0, BT.709, limited range). */
function av1String(av1C: Buffer | null): string | null {
  if (!av1C || av1C.length < 4) return null;
  const [second, third] = [av1C.readUInt8(1), av1C.readUInt8(2)];
  const level = String(second & 0x1f).padStart(2, "0");
  const depth = third & 0x40 ? (third & 0x20 ? "12" : "10") : "08";
  return `av01.${second >> 5}.${level}${third & 0x80 ? "H" : "M"}.${depth}`;
}

const hex = (value: number): string => value.toString(16).toUpperCase();

function aacString(esds: Buffer | null): string | null {
  // Version and flags come first.
  const objectType = esds && audioObjectType(esds.subarray(4));
  return objectType === null ? null : `mp4a.40.${objectType}`;
}

/** ISO 14496-1: the DecoderSpecificInfo descriptor (tag 5) begins with the audio object type in 5 bits (31: 6 more follow). */
function audioObjectType(descriptors: Buffer): number | null {
  // The descriptor before it: MPEG-4 audio (0x40), an audio stream (0x15), then 11 bytes of buffer size and bitrates, which may hold any value.
  const decoderConfig = descriptors.indexOf(Buffer.from([0x40, 0x15]));
  const tag = descriptors.indexOf(0x05, decoderConfig === -1 ? 0 : decoderConfig + 13);
  if (tag === -1) return null;
  let at = tag + 1;
  // The descriptor's length: bytes whose first bit says that another follows.
  while (at < descriptors.length && (descriptors[at] ?? 0) & 0x80) at += 1;
  const first = descriptors[at + 1];
  if (first === undefined) return null;
  const type = first >> 3;
  return type === 31 ? 32 + (((first & 0x07) << 3) | ((descriptors[at + 2] ?? 0) >> 5)) : type;
}
