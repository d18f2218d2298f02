/** How often the tokens of the API's own addresses change. */
const WINDOW_S = 1_800;
/** They live for one and a half to two hours from when they are given out. */
const LIFETIME_S = 7_200;

/**
 * The life of a token in an address that the API gives. It begins at a round time: within half an hour a video's addresses stay the same, so that caches hit and
 * a subscription's clients do not take every message for a new address. Pure.
 */
export function planWindow(now: Date): { fromS: number; untilS: number } {
  const fromS = Math.floor(now.getTime() / 1_000 / WINDOW_S) * WINDOW_S;
  return { fromS, untilS: fromS + LIFETIME_S };
}
