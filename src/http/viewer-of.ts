import type { IncomingMessage } from "node:http";
import { type Authenticate, tokenIn, type Viewer } from "../auth/index.ts";
import { UnauthenticatedError } from "../errors/index.ts";
import type { TakeRequest } from "../overload/index.ts";

export interface ViewerDeps {
  authenticate: Authenticate;
  isDevelopment: boolean;
  /** Throws `RateLimitedError` for a key with too many requests. */
  takeRequest: TakeRequest;
}

/**
 * Reads the viewer from a request's headers, before the rest of the request. Null without a key, which
 * development allows for introspection (everything else uses `viewerWith`). Production refuses it, so that
 * strangers cannot explore the schema through validation errors. Throws `UnauthenticatedError` and
 * `RateLimitedError`.
 */
export async function viewerOf(
  { headers: { authorization } }: Pick<IncomingMessage, "headers">,
  { authenticate, isDevelopment, takeRequest }: ViewerDeps,
): Promise<Viewer | null> {
  const token = tokenIn(authorization);
  const viewer = token === null ? null : await authenticate(token);
  if (viewer !== null) {
    takeRequest(viewer);
    return viewer;
  }
  if (authorization === undefined) {
    if (isDevelopment) return null;
    throw new UnauthenticatedError();
  }
  throw new UnauthenticatedError(
    "The API key or token is unknown, has expired or was revoked. Check the header `Authorization: Bearer <api key>`, or ask an administrator of the workspace for another key.",
  );
}
