/** A copy of a media segment whose fragments have blank sequence numbers and times. */
export function withoutTimes(segment: Buffer): Buffer {
  const bytes = Buffer.from(segment);
  for (const [box, length] of timeFields) {
    for (let at = bytes.indexOf(box); at >= 0; at = bytes.indexOf(box, at + 8))
      bytes.fill(0, at + 8, at + 8 + length);
  }
  return bytes;
}

const timeFields = [
  ["mfhd", 4],
  ["tfdt", 8],
] as const;
