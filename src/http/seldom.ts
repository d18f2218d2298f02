import type { Check } from "./health.ts";

/**
 * Limits an expensive check to once per `okMs`, or once per `failedMs` while it fails, for all callers
 * together.
 */
export function seldom(
  check: () => Promise<unknown>,
  { okMs, failedMs, now = () => performance.now() }: { okMs: number; failedMs: number; now?: () => number },
): Check {
  let last: { asked: Promise<unknown>; untilMs: number } | undefined;
  return async () => {
    if (last === undefined || now() >= last.untilMs) {
      const asked = check();
      const current = { asked, untilMs: Number.POSITIVE_INFINITY };
      last = current;
      asked.then(
        () => (current.untilMs = now() + okMs),
        () => (current.untilMs = now() + failedMs),
      );
    }
    return await last.asked;
  };
}
