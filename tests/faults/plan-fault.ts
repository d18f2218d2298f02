import type { Random } from "../chaos/random.ts";

/** What happens to one request on its way. */
export type HttpFault =
  /** Answered with this status instead of being forwarded. */
  | { kind: "refused"; status: number; retryAfterSeconds: number | null }
  /** The connection is reset, before or after the server did its work. */
  | { kind: "reset-before" }
  | { kind: "reset-after" }
  /** The connection is reset, and the request reaches the server after `ms` and not before `until`. */
  | { kind: "late"; ms: number; until?: Promise<unknown> }
  /** The server did its work, and the client receives 503. */
  | { kind: "answer-replaced" }
  /** Both connections are reset in the middle of the body. */
  | { kind: "request-cut" }
  | { kind: "answer-cut" }
  /** Nothing for so long, then all goes well. */
  | { kind: "silence"; ms: number }
  /** The answer comes in small pieces. */
  | { kind: "drip"; ms: number }
  /** One bit of the answer's body is another. Never by chance: lists and metadata have no checksum. */
  | { kind: "damaged" };

/** Shares among the faults. */
const DECK: readonly { weight: number; fault: (random: Random) => HttpFault }[] = [
  { weight: 3, fault: () => ({ kind: "refused", status: 503, retryAfterSeconds: null }) },
  { weight: 2, fault: () => ({ kind: "refused", status: 429, retryAfterSeconds: null }) },
  { weight: 1, fault: (random) => ({ kind: "refused", status: 429, retryAfterSeconds: random.int(0, 1) }) },
  { weight: 3, fault: () => ({ kind: "reset-before" }) },
  { weight: 3, fault: () => ({ kind: "reset-after" }) },
  { weight: 1, fault: (random) => ({ kind: "late", ms: random.int(50, 1_500) }) },
  { weight: 2, fault: () => ({ kind: "answer-replaced" }) },
  { weight: 2, fault: () => ({ kind: "request-cut" }) },
  { weight: 3, fault: () => ({ kind: "answer-cut" }) },
  { weight: 1, fault: () => ({ kind: "silence", ms: 2_000 }) },
  { weight: 1, fault: () => ({ kind: "drip", ms: 500 }) },
];
const TOTAL = DECK.reduce((sum, { weight }) => sum + weight, 0);

/** Deals a fault to a share `rate` of all requests; null for the others. */
export function planFault(random: Random, rate: number): HttpFault | null {
  if (!random.chance(rate)) return null;
  let at = random.next() * TOTAL;
  const card = DECK.find(({ weight }) => (at -= weight) < 0) ?? DECK[0];
  return card?.fault(random) ?? null;
}
