import { setTimeout as delay } from "node:timers/promises";

// oxlint-disable-next-line typescript/no-explicit-any -- answers are untyped, as for a client without generated types
export type Answer = any;

/**
 * The APIs as seen by a client behind a load balancer: any of them may answer, and a request without an
 * answer is repeated.
 */
export interface ApiPool {
  /** Repeats the request, at other APIs too, until it gets a valid answer. Rejects when aborted. */
  ask(token: string, query: string, variables: object, signal: AbortSignal): Promise<Answer>;
  /** Number of repeated requests. */
  readonly repeats: number;
  /** The longest wait for an answer, repeats included. */
  readonly longestWaitMs: number;
  /** The next origin, in rotation. */
  nextOrigin: () => string;
}

/** Longer than a healthy system ever takes; a silent connection is abandoned after this time. */
const PATIENCE_MS = 6_000;

export function createApiPool(origins: readonly string[]): ApiPool {
  let index = 0;
  let repeats = 0;
  let longestWaitMs = 0;
  const nextOrigin = () => origins[(index += 1) % origins.length] ?? "";
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

/** The data of an answer; undefined if there is none, so that the client repeats the request. */
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
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
  });
  if (!response.ok) return undefined;
  const { data, errors }: Answer = await response.json();
  return errors === undefined ? data : undefined;
}
