/** How far one workspace's log goes, as far as this process knows, and who waits for it to go further. */
export interface Growth {
  /** Resolves to true when the log goes beyond the position, to false when the signal aborts. */
  beyond(position: bigint, signal: AbortSignal): Promise<boolean>;
  /** The log goes to here. */
  reach(position: bigint): void;
}

export function createGrowth(): Growth {
  let newest = 0n;
  const waiting = new Set<() => void>();

  /** Until something happens; leaves nothing behind. */
  async function change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const tell = () => resolve();
    waiting.add(tell);
    signal.addEventListener("abort", tell);
    await promise;
    waiting.delete(tell);
    signal.removeEventListener("abort", tell);
  }

  return {
    async beyond(position, signal) {
      const isThere = () => newest > position || signal.aborted;
      while (!isThere()) await change(signal);
      return !signal.aborted;
    },
    reach(position) {
      if (position <= newest) return;
      newest = position;
      for (const tell of waiting) tell();
    },
  };
}
