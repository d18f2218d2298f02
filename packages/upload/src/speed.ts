/** How fast an upload is, by what was sent in the last seconds. */
const WINDOW_MS = 5_000;

interface Sample {
  atMs: number;
  bytes: number;
}

export interface SpeedMeter {
  /** Bytes from the file's beginning that are sent by now. */
  add(bytes: number, atMs: number): void;
  /** Bytes per second; null while there is nothing to go by. */
  read(): number | null;
  /** After a pause or a break: what was before says nothing of what comes. */
  reset(): void;
}

export function createSpeedMeter(): SpeedMeter {
  let samples: Sample[] = [];
  return {
    add(bytes, atMs) {
      const last = samples.at(-1);
      // A break takes back what was on its way.
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
