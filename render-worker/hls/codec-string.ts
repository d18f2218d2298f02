/**
 * The RFC 6381 codec string of an initialisation segment, read from what the encoder really wrote: `avc1.PPCCLL` from the `avcC`
 * box, `mp4a.40.N` from the `esds` box's AudioSpecificConfig. Null when it has neither.
 */
export function codecString(init: Uint8Array): string | null {
  const bytes = Buffer.from(init.buffer, init.byteOffset, init.byteLength);
  const avcC = bytes.indexOf("avcC", 0, "latin1");
  // avcC: version, profile, constraints, level.
  if (avcC !== -1 && avcC + 8 <= bytes.length) {
    return `avc1.${bytes
      .subarray(avcC + 5, avcC + 8)
      .toString("hex")
      .toUpperCase()}`;
  }
  const esds = bytes.indexOf("esds", 0, "latin1");
  if (esds === -1) return null;
  const objectType = audioObjectType(bytes.subarray(esds + 8));
  return objectType === null ? null : `mp4a.40.${objectType}`;
}

/** ISO 14496-1: the DecoderSpecificInfo descriptor (tag 5) begins with the audio object type in 5 bits (31: 6 more follow). */
function audioObjectType(descriptors: Buffer): number | null {
  const decoderConfig = descriptors.indexOf(Buffer.from([0x40, 0x15]));
  const tag = descriptors.indexOf(0x05, decoderConfig === -1 ? 0 : decoderConfig + 2);
  if (tag === -1) return null;
  let at = tag + 1;
  // The descriptor's length: bytes whose first bit says that another follows.
  while (at < descriptors.length && (descriptors[at] ?? 0) & 0x80) at += 1;
  const first = descriptors[at + 1];
  if (first === undefined) return null;
  const type = first >> 3;
  return type === 31 ? 32 + (((first & 0x07) << 3) | ((descriptors[at + 2] ?? 0) >> 5)) : type;
}
