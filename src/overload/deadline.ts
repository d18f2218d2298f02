/** Resolves to `late()` when `work` is not done `limitMs` after it called `begin`; the work itself goes on. */
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
