/** Time limit for an answer of the database. */
export const ANSWER_MS = 15_000;

/**
 * Rejects with `ETIMEDOUT` if the database has not answered within `ms`: a half-open connection never
 * answers, and many callers wait for this answer.
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
