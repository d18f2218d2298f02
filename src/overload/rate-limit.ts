import { GraphQLError } from "graphql";
import { LRUCache } from "lru-cache";
import type { Viewer } from "../auth/index.ts";
import { ExpectedError } from "../errors/index.ts";
import { retryAfterHeader } from "./overloaded-error.ts";

/** A key exceeds the request rate of its workspace; nothing of this request was executed. */
export class RateLimitedError extends ExpectedError {
  readonly limit: number;
  readonly retryAfterMs: number;
  constructor(limit: number, retryAfterMs: number) {
    super(
      "RATE_LIMITED",
      `This key may send ${limit} requests per second. Send this request again in ${Math.ceil(retryAfterMs)} ms.`,
    );
    this.limit = limit;
    this.retryAfterMs = Math.ceil(retryAfterMs);
  }
}

/** Throws `RateLimitedError`. */
export type TakeRequest = (viewer: Viewer) => void;

/** Burst after a pause, in seconds' worth of requests: pages load in bursts. */
const BURST_SECONDS = 5;
/** Beyond this, the key that has been quiet longest starts over. */
const MOST_BUCKETS = 10_000;

/**
 * A token bucket per key or token, in this process: several API processes behind a balancer each allow the
 * rate. Considered: a shared counter in Postgres, which would cost a write per request, more than most
 * requests.
 */
export function createRateLimit({
  clock,
  perSecond,
}: {
  clock: () => Date;
  perSecond: number | null;
}): TakeRequest {
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: MOST_BUCKETS });

  return ({ apiKeyId, grant, requestsPerSecond }) => {
    const rate = requestsPerSecond ?? perSecond;
    if (rate === null) return;
    const now = clock().getTime();
    const most = rate * BURST_SECONDS;
    const id = grant?.tokenId ?? apiKeyId;
    const bucket = buckets.get(id) ?? { tokens: most, at: now };
    // A clock that was set back has no effect.
    const passed = Math.max(now - bucket.at, 0);
    const tokens = Math.min(bucket.tokens + (passed / 1_000) * rate, most);
    buckets.set(id, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    if (tokens < 1) throw new RateLimitedError(rate, ((1 - tokens) / rate) * 1_000);
  };
}

/** For GraphQL clients: over HTTP with 429 and `Retry-After`. */
export const rateLimited = (error: RateLimitedError): GraphQLError =>
  new GraphQLError(error.message, {
    extensions: {
      code: error.code,
      quota: "REQUESTS_PER_SECOND",
      limit: error.limit,
      retryAfterMs: error.retryAfterMs,
      http: { status: 429, headers: retryAfterHeader(error) },
    },
  });
