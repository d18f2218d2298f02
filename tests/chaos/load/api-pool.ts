import { setTimeout as delay } from "node:timers/promises";

// oxlint-disable-next-line typescript/no-explicit-any -- answers are read as they come, like a client without generated types does
export type Answer = any;

/** The APIs as a client behind a balancer sees them: any of them may answer, and a request without an answer is made again. */
export interface ApiPool {
  /** Sends until somebody answers for good: what failed on the way or inside is sent again, elsewhere. Rejects when aborted. */
  ask(token: string, query: string, variables: object, signal: AbortSignal): Promise<Answer>;
  /** Requests that had to be made again. */
  readonly repeats: number;
  /** The longest that a client waited for an answer, repeats included. */
  readonly longestWaitMs: number;
  /** The next origin; each call names another. */
  nextOrigin: () => string;
}

/** Longer than a healthy system ever takes; a silent connection is given up after it. */
const patienceMs = 6_000;

export function createApiPool(origins: readonly string[]): ApiPool {
  let turn = 0;
  let repeats = 0;
  let longestWaitMs = 0;
  const nextOrigin = () => origins[(turn += 1) % origins.length] ?? "";
  return {
    get repeats() {
      return repeats;
    },
    get longestWaitMs() {
      return longestWaitMs;
    },
    nextOrigin,
    async ask(token, query, variables, signal) {
      const begun = performance.now();
      for (let tries = 0; ; tries += 1) {
        signal.throwIfAborted();
        const answer = await askOnce(nextOrigin(), token, query, variables, signal).catch(() => undefined);
        longestWaitMs = Math.max(longestWaitMs, performance.now() - begun);
        if (answer !== undefined) return answer;
        repeats += 1;
        await delay(Math.min(100 * 2 ** tries, 2_000), undefined, { signal });
      }
    },
  };
}

/** The data of an answer; undefined when there is none that counts, which is when a client asks again. */
async function askOnce(
  origin: string,
  token: string,
  query: string,
  variables: object,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await fetch(`${origin}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
  });
  if (!response.ok) return undefined;
  const { data, errors }: Answer = await response.json();
  return errors === undefined ? data : undefined;
}
