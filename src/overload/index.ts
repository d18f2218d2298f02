/** Limits on the cost of one answer. */
export { answerLimits } from "./answer-limits.ts";
export { createArrivingBodies, discardUnread } from "./arriving-bodies.ts";
export { BodyBrokenOffError, BodyRefusedError } from "./body-errors.ts";
export { createGate, type Gate } from "./gate.ts";
export { createInFlight } from "./in-flight.ts";
export { hasBody, kindOf } from "./kind-of.ts";
export { watchPace } from "./least-pace.ts";
export { defaultOverloadLimits, mostConnections, type OverloadLimits } from "./limits.ts";
export { OverloadedError, overloaded, retryAfterHeader, toGraphQLError } from "./overloaded-error.ts";
export { createRateLimit, RateLimitedError, rateLimited, type TakeRequest } from "./rate-limit.ts";
export { createTimeSlices } from "./time-slices.ts";
export { tooSlow } from "./too-slow.ts";
export { useGate } from "./use-gate.ts";
export { boundWaitingConnections } from "./waiting-connections.ts";
