/**
 * Resolves to `late()` if `work` is not done `limitMs` after it called `begin`. The work itself continues.
 */
export async function withDeadline<T>(
  limitMs: number,
  late: () => T,
  work: (begin: () => void) => Promise<T>,
): Promise<T> {
  const { promise: missed, resolve } = Promise.withResolvers<T>();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => resolve(late()), limitMs);
  };
  try {
    return await Promise.race([work(begin), missed]);
  } finally {
    clearTimeout(timer);
  }
}
