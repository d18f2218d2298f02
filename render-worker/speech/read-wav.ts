/** Samples of a WAV file. */
export interface Wav {
  /** 16-bit little-endian, one channel. */
  samples: Buffer;
  sampleRate: number;
}

/** Reads a WAV file of 16-bit samples in one channel, as speech engines write it; null for any other. */
export function readWav(wav: Buffer): Wav | null {
  let sampleRate = 0;
  for (let at = 12; at + 8 <= wav.length; ) {
    const name = wav.toString("latin1", at, at + 4);
    // A stream's header may state more than there is.
    const end = Math.min(wav.length, at + 8 + wav.readUInt32LE(at + 4));
    const chunk = wav.subarray(at + 8, end);
    if (name === "fmt " && chunk.length >= 16 && isPlain(chunk)) sampleRate = chunk.readUInt32LE(4);
    if (name === "data" && sampleRate >= 8_000 && sampleRate <= 48_000)
      return { samples: chunk.subarray(0, chunk.length - (chunk.length % 2)), sampleRate };
    at = end + (end % 2);
  }
  return null;
}

/** Uncompressed, one channel, 16 bits. */
const isPlain = (format: Buffer): boolean =>
  format.readUInt16LE(0) === 1 && format.readUInt16LE(2) === 1 && format.readUInt16LE(14) === 16;
