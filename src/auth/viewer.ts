import type { ApiKeyScope } from "../../prisma/generated/enums.ts";
import { ForbiddenError } from "../errors.ts";

/** Who asks: an API key of a workspace. */
export interface Viewer {
  apiKeyId: string;
  workspaceId: string;
  scopes: readonly ApiKeyScope[];
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
  const advice =
    scope === "OPERATOR"
      ? "Whoever runs this installation can create one: `npm run api-key -- --workspace NAME --operator`."
      : "Ask an administrator of the workspace for another key.";
  throw new ForbiddenError(
    "FORBIDDEN",
    `This needs an API key with the scope ${scope}; yours has ${viewer.scopes.join(", ")}. ${advice}`,
  );
}
