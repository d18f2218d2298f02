import { LRUCache } from "lru-cache";

/**
 * Events that one client address may add per second, also as a burst after a pause. A player sends one in
 * five seconds.
 */
const PER_SECOND = 20;
const BURST = 600;
/** Beyond this, the address that has been quiet longest starts over. */
const MAX_ADDRESSES = 10_000;

/** A token bucket per client address. */
export function createRateLimit(now: () => number = () => performance.now()) {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: MAX_ADDRESSES });
  /**
   * Consumes `count` of the address's allowance and returns 0, or the milliseconds to wait, consuming
   * nothing.
   */
  return (address: string, count: number): number => {
    const at = now();
    const before = buckets.get(address) ?? { left: BURST, at };
    const left = Math.min(BURST, before.left + ((at - before.at) / 1_000) * PER_SECOND);
    if (left < count) return Math.ceil(((count - left) / PER_SECOND) * 1_000);
    buckets.set(address, { left: left - count, at });
    return 0;
  };
}
