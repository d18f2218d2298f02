/** What the queue page has seen since it was opened. */
export interface Sample {
  at: number;
  queued: number;
  running: number;
  /** For how long the task that waits longest has waited, in milliseconds; 0 while none does. */
  oldestMs: number;
  /** Frames that are encoded per second, of all variants that are shown. */
  fps: number;
  /** Tasks' worth: jobs that ended well or badly since the page was opened. */
  ended: number;
}

/** Half an hour, at one sample in two seconds. */
const MOST = 900;

/** Of all pools. Pure. */
export function oldestMs(pools: readonly { oldestQueuedAt: string | null }[], now: number): number {
  const since = pools.flatMap(({ oldestQueuedAt: at }) => (at === null ? [] : [Date.parse(at)]));
  return Math.max(0, ...since.map((at) => now - at));
}

/** Pure. What is older than that is forgotten. */
export const addSample = (samples: readonly Sample[], sample: Sample): readonly Sample[] => [
  ...samples.slice(-(MOST - 1)),
  sample,
];

/** Jobs per minute over the last so many milliseconds; null before there is enough to go by. Pure. */
export function jobsPerMinute(samples: readonly Sample[], windowMs = 60_000): number | null {
  const last = samples.at(-1);
  if (last === undefined) return null;
  const first = samples.find(({ at }) => at >= last.at - windowMs);
  if (first === undefined || last.at - first.at < 10_000) return null;
  return ((last.ended - first.ended) / (last.at - first.at)) * 60_000;
}

export interface Curve {
  /** For `points` of an SVG polyline in a box of 100 × 100, zero at the bottom. */
  points: string;
  max: number;
  last: number;
}

/** A curve of some figures over time, the newest at the right edge. Pure. */
export function planCurve(samples: readonly { at: number; value: number }[], spanMs: number): Curve {
  const last = samples.at(-1);
  if (last === undefined) return { points: "", max: 0, last: 0 };
  const max = Math.max(...samples.map(({ value }) => value));
  const top = Math.max(1, max);
  const points = samples
    .filter(({ at }) => at >= last.at - spanMs)
    .map(({ at, value }) => {
      const x = 100 - ((last.at - at) / spanMs) * 100;
      const y = 100 - (value / top) * 100;
      return `${x.toFixed(2)},${y.toFixed(2)}`;
    });
  return { points: points.join(" "), max, last: last.value };
}
