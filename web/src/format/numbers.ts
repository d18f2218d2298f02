/** Whole percent, never 100 before it is done. Pure. */
export const percentOf = (fraction: number): number =>
  fraction >= 1 ? 100 : Math.min(99, Math.floor(fraction * 100));

/** Seconds of video per second: `2.4×`. Pure. */
export const formatSpeed = (speed: number): string => `${speed < 10 ? speed.toFixed(1) : Math.round(speed)}×`;

/** `1 variant`, `3 variants`. Pure. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
