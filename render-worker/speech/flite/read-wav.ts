/** A WAV file of 16-bit samples in one channel, as Flite writes it. */
export function readWav(wav: Buffer): { samples: Buffer; sampleRate: number } {
  const HEADER_BYTES = 44;
  const isWav =
    wav.length >= HEADER_BYTES &&
    wav.toString("latin1", 0, 4) === "RIFF" &&
    wav.toString("latin1", 36, 40) === "data" &&
    wav.readUInt16LE(22) === 1 &&
    wav.readUInt16LE(34) === 16;
  const sampleRate = isWav ? wav.readUInt32LE(24) : 0;
  if (sampleRate < 8_000 || sampleRate > 48_000)
    throw new Error("Flite wrote no WAV file of 16-bit samples.");
  const end = HEADER_BYTES + (wav.length - HEADER_BYTES - ((wav.length - HEADER_BYTES) % 2));
  return { samples: wav.subarray(HEADER_BYTES, end), sampleRate };
}
