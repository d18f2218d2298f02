/** The extent of one workspace's log as known to this process, and the readers that wait for more. */
export interface Growth {
  /** Resolves to true when the log goes beyond the position, to false when the signal aborts. */
  beyond(position: bigint, signal: AbortSignal): Promise<boolean>;
  /** The log goes to here. */
  reach(position: bigint): void;
}

export function createGrowth(): Growth {
  let newest = 0n;
  const waiting = new Set<() => void>();

  /** Resolves at the next change and removes its listeners. */
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
      const hasGrown = () => newest > position || signal.aborted;
      while (!hasGrown()) await change(signal);
      return !signal.aborted;
    },
    reach(position) {
      if (position <= newest) return;
      newest = position;
      for (const tell of waiting) tell();
    },
  };
}
