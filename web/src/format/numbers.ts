/** Whole percent, never 100 before it is done. Pure. */
export const percentOf = (fraction: number): number =>
  fraction >= 1 ? 100 : Math.min(99, Math.floor(fraction * 100));

/** Seconds of video per second: `2.4×`. Pure. */
export const formatSpeed = (speed: number): string => `${speed < 10 ? speed.toFixed(1) : Math.round(speed)}×`;

/** `1 variant`, `3 variants`. Pure. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

const units = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `0 B`, `1.4 MB`, `23 GB`: decimal units, two figures and a bit. Pure. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `$1.50`, and as many decimals as small amounts need: `$0.000012`. Pure. */
export function formatMicros(micros: number): string {
  const digits = micros >= 100_000 || micros === 0 ? 2 : micros >= 1_000 ? 4 : 6;
  return `$${(micros / 1e6).toFixed(digits)}`;
}

/** `4.5 Mb/s`. Pure. */
export const formatBitrate = (bitsPerSecond: number): string =>
  `${formatBytes(bitsPerSecond).replace(/B$/, "b")}/s`;
