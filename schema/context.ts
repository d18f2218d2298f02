import type { ApiKeyScope } from "../prisma/generated/enums.ts";
import { hasScope, requireScope, type Viewer } from "../src/auth/index.ts";
import type { Context } from "../src/context.ts";
import { UnauthenticatedError } from "../src/errors.ts";
import { maySee } from "../src/tokens/index.ts";

export type { Context } from "../src/context.ts";

/** The viewer, if its key carries the scope. Throws `UnauthenticatedError` or `ForbiddenError`. */
export function viewerWith(ctx: Context, scope: ApiKeyScope): Viewer {
  if (ctx.viewer === null) throw new UnauthenticatedError();
  requireScope(ctx.viewer, scope);
  return ctx.viewer;
}

/**
 * The viewer, if it may see this video: a key with READ all that the workspace holds, a token the videos that it is for; null where a
 * token is for others. Throws `UnauthenticatedError` or `ForbiddenError`.
 */
export async function viewerOfVideo(ctx: Context, videoId: string | null): Promise<Viewer | null> {
  const grant = ctx.viewer?.grant;
  if (!ctx.viewer || !grant) return viewerWith(ctx, "READ");
  return videoId !== null && (await maySee(ctx.db, grant, videoId)) ? ctx.viewer : null;
}

/** The viewer, if it may create a video: a key with WRITE, or an upload token. Throws as `viewerWith` does. */
export const uploaderIn = (ctx: Context): Viewer =>
  ctx.viewer?.grant?.kind === "UPLOAD" ? ctx.viewer : viewerWith(ctx, "WRITE");

/** For fields that are the operator's inside objects that a workspace sees: they are null to everyone else. */
export const isOperator = (ctx: Context): boolean => ctx.viewer !== null && hasScope(ctx.viewer, "OPERATOR");

/** The workspace that rows are looked up in; an impossible one without a viewer. */
export const workspaceOf = (ctx: Context): string =>
  ctx.viewer?.workspaceId ?? "00000000-0000-0000-0000-000000000000";
