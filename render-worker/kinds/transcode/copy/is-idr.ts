/** A subset of a file handle. */
export interface ReadsAt {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

/** H.264 NAL unit types: slices of an IDR frame, and of others. */
const IDR_SLICE = 5;
const otherSlices = new Set([1, 2, 3, 4]);

/** More units per frame than any encoder writes. */
const MAX_UNITS = 1_000;

/**
 * Whether the H.264 sample at this position is an IDR frame. Its length-prefixed units must fill it exactly;
 * otherwise it is damaged and no player could start there. If other samples follow without a known size
 * (`isAlone: false`), its first slice decides.
 */
export async function isIdr(
  file: ReadsAt,
  sample: { position: number; sizeBytes: number; lengthBytes: number; isAlone?: boolean },
): Promise<boolean> {
  const header = Buffer.alloc(sample.lengthBytes + 1);
  const end = sample.position + sample.sizeBytes;
  let isIdrPicture = false;
  let at = sample.position;
  for (let units = 0; at < end && units < MAX_UNITS; units += 1) {
    const { bytesRead } = await file.read(header, 0, header.length, at);
    const [unit = 0x80] = header.subarray(-1);
    // The first bit is always 0.
    if (bytesRead < header.length || (unit & 0x80) !== 0) return false;
    if (otherSlices.has(unit & 0x1f)) return false;
    if ((unit & 0x1f) === IDR_SLICE) isIdrPicture = true;
    if (isIdrPicture && sample.isAlone === false) return true;
    at += sample.lengthBytes + header.readUIntBE(0, sample.lengthBytes);
  }
  return isIdrPicture && at === end;
}
