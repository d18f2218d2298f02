/** Interval at which the tokens of the API's own URLs change. */
const WINDOW_S = 1_800;
/** They live for one and a half to two hours after they are issued. */
const LIFETIME_S = 7_200;

/**
 * The lifetime of a token in a URL from the API. It starts at a round time: a video's URLs stay the same for
 * half an hour, so that caches hit and a subscription's clients do not see a new URL in every message. Pure.
 */
export function planWindow(now: Date): { fromS: number; untilS: number } {
  const fromS = Math.floor(now.getTime() / 1_000 / WINDOW_S) * WINDOW_S;
  return { fromS, untilS: fromS + LIFETIME_S };
}
