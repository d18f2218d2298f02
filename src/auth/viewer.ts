import type { ApiKeyScope } from "../../prisma/generated/enums.ts";
import { ForbiddenError } from "../errors/index.ts";
import { type Grant, grantNames } from "./grant.ts";

/** The caller: an API key of a workspace, or a token created with one. */
export interface Viewer {
  apiKeyId: string;
  workspaceId: string;
  /** Empty for a token. */
  scopes: readonly ApiKeyScope[];
  /** The permissions of a token; absent for an API key. */
  grant?: Grant;
  /** Most requests per second of each key of its workspace; null or left out: the installation's default. */
  requestsPerSecond?: number | null;
  /** Whether it may send only documents that its workspace registered. */
  trustedDocumentsOnly?: boolean;
  /** Expiry of the key or token; null or absent: never. */
  expiresAt?: Date | null;
}

/** The result of a lookup. */
export interface Answer {
  viewer: Viewer;
  expiresAt: Date | null;
}

/**
 * `ADMIN` includes `WRITE`, which includes `READ`. `OPERATOR` concerns the installation: it neither includes
 * other scopes nor is included.
 */
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
      `This requires an API key with the scope ${scope}; a token for browsers (yours is a ${grantNames[viewer.grant.kind]}) does not allow it.`,
    );
  }
  const advice =
    scope === "OPERATOR"
      ? "The operator of this installation can create one: `npm run api-key -- --workspace NAME --operator`."
      : "Ask an administrator of the workspace for another key.";
  throw new ForbiddenError(
    "FORBIDDEN",
    `This requires an API key with the scope ${scope}; yours has ${viewer.scopes.join(", ")}. ${advice}`,
  );
}
