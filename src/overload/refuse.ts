import type { ServerResponse } from "node:http";
import { sendJson } from "../http/json.ts";
import { OverloadedError, retryAfterHeader } from "./overloaded-error.ts";

/** Long enough that a crowd does not come back in step with what it was refused for. */
const [leastRetryMs, mostRetryMs] = [1_000, 4_000];

/** For who is refused without having been asked what it wants. */
export const overloaded = (): OverloadedError =>
  new OverloadedError(Math.round(leastRetryMs + Math.random() * (mostRetryMs - leastRetryMs)));

/** 503 with `Retry-After`, in the shape of a GraphQL answer and of our other refusals at once. */
export function refuseOverloaded(res: ServerResponse, error: OverloadedError = overloaded()): void {
  const { message, code, retryAfterMs } = error;
  for (const [name, value] of Object.entries(retryAfterHeader(error))) res.setHeader(name, value);
  sendJson(res, 503, {
    errors: [{ message, extensions: { code, retryAfterMs } }],
    error: { code, message, retryAfterMs },
  });
}
