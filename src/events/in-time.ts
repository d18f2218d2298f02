/** How long an answer of the database may take before it counts as lost. */
export const answerMs = 15_000;

/**
 * Rejects with `ETIMEDOUT` when the database has not answered within `ms`: a connection that is half open never answers, and many wait for
 * what is asked here.
 */
export async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(Object.assign(new Error(`The database has not answered within ${ms} ms.`), { code: "ETIMEDOUT" }));
  }, ms);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
