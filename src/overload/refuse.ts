import type { ServerResponse } from "node:http";
import { sendJson } from "../http/json.ts";
import { OverloadedError, retryAfterHeader } from "./overloaded-error.ts";

/** Long enough that a crowd does not return in step. */
const [leastRetryMs, mostRetryMs] = [1_000, 4_000];

/** For clients refused before their request was read. */
export const overloaded = (): OverloadedError =>
  new OverloadedError(Math.round(leastRetryMs + Math.random() * (mostRetryMs - leastRetryMs)));

/** 503 with `Retry-After`, valid both as a GraphQL answer and as one of our other refusals. */
export function refuseOverloaded(res: ServerResponse, error: OverloadedError = overloaded()): void {
  const { message, code, retryAfterMs } = error;
  for (const [name, value] of Object.entries(retryAfterHeader(error))) res.setHeader(name, value);
  sendJson(res, 503, {
    errors: [{ message, extensions: { code, retryAfterMs } }],
    error: { code, message, retryAfterMs },
  });
}
