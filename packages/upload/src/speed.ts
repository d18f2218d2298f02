/** The window for measuring the speed of an upload. */
const WINDOW_MS = 5_000;

interface Sample {
  atMs: number;
  bytes: number;
}

export interface SpeedMeter {
  /** Records the number of bytes sent so far, from the file's beginning. */
  add(bytes: number, atMs: number): void;
  /** Bytes per second; null without enough samples. */
  read(): number | null;
  /** Discards the samples: after a pause or a break they do not predict the speed. */
  reset(): void;
}

export function createSpeedMeter(): SpeedMeter {
  let samples: Sample[] = [];
  return {
    add(bytes, atMs) {
      const last = samples.at(-1);
      // A break discards bytes in transit.
      if (last !== undefined && bytes < last.bytes) samples = [];
      samples.push({ atMs, bytes });
      while (samples.length > 2 && (samples[1]?.atMs ?? atMs) < atMs - WINDOW_MS) samples.shift();
    },
    read() {
      const [first] = samples;
      const last = samples.at(-1);
      if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
      return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000;
    },
    reset() {
      samples = [];
    },
  };
}
