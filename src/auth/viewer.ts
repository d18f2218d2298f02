import type { ApiKeyScope } from "../../prisma/generated/enums.ts";
import { ForbiddenError } from "../errors.ts";
import { type Grant, grantNames } from "../tokens/grant.ts";

/** The caller: an API key of a workspace, or a token that was made with one. */
export interface Viewer {
  apiKeyId: string;
  workspaceId: string;
  /** None of a token. */
  scopes: readonly ApiKeyScope[];
  /** What a token allows instead; left out of an API key. */
  grant?: Grant;
  /** Most requests per second of each key of its workspace; null or left out: the installation's default. */
  requestsPerSecond?: number | null;
  /** When key or token ends by itself; null or left out: never. */
  expiresAt?: Date | null;
}

/** What a look-up found. */
export interface Answer {
  viewer: Viewer;
  expiresAt: Date | null;
}

/** `ADMIN` includes `WRITE`, which includes `READ`. `OPERATOR` is about the installation: it includes no other scope, and none includes it. */
const implied: Record<ApiKeyScope, readonly ApiKeyScope[]> = {
  READ: ["READ", "WRITE", "ADMIN"],
  WRITE: ["WRITE", "ADMIN"],
  ADMIN: ["ADMIN"],
  OPERATOR: ["OPERATOR"],
};

export const hasScope = (viewer: Viewer, scope: ApiKeyScope): boolean =>
  viewer.scopes.some((held) => implied[scope].includes(held));

/** Throws `ForbiddenError` unless the viewer's key carries the scope. */
export function requireScope(viewer: Viewer, scope: ApiKeyScope): void {
  if (hasScope(viewer, scope)) return;
  if (viewer.grant) {
    throw new ForbiddenError(
      "FORBIDDEN",
      `This needs an API key with the scope ${scope}; a token for browsers (yours is a ${grantNames[viewer.grant.kind]}) does not allow it.`,
    );
  }
  const advice =
    scope === "OPERATOR"
      ? "The operator of this installation can create one: `npm run api-key -- --workspace NAME --operator`."
      : "Ask an administrator of the workspace for another key.";
  throw new ForbiddenError(
    "FORBIDDEN",
    `This needs an API key with the scope ${scope}; yours has ${viewer.scopes.join(", ")}. ${advice}`,
  );
}
