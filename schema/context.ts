import type { ApiKeyScope } from "../prisma/generated/enums.ts";
import { hasScope, requireScope, type Viewer } from "../src/auth/index.ts";
import type { Context } from "../src/context/index.ts";
import { UnauthenticatedError } from "../src/errors/index.ts";
import { visibleTo } from "../src/tokens/index.ts";

export type { Context } from "../src/context/index.ts";

/** The viewer, if the key has the scope. Throws `UnauthenticatedError` or `ForbiddenError`. */
export function viewerWith(ctx: Context, scope: ApiKeyScope): Viewer {
  if (ctx.viewer === null) throw new UnauthenticatedError();
  requireScope(ctx.viewer, scope);
  return ctx.viewer;
}

/**
 * Those videos that the viewer may ask for: a key with READ for all, a token for its own. Throws
 * `UnauthenticatedError` or `ForbiddenError`.
 */
export async function visibleVideos(ctx: Context, videoIds: readonly string[]): Promise<readonly string[]> {
  const grant = ctx.viewer?.grant;
  if (grant) return visibleTo(ctx.db, grant, videoIds);
  viewerWith(ctx, "READ");
  return videoIds;
}

/** The viewer, if it may ask for this video; else null. Throws as `visibleVideos` does. */
export async function viewerOfVideo(ctx: Context, videoId: string | null): Promise<Viewer | null> {
  const visible = await visibleVideos(ctx, videoId === null ? [] : [videoId]);
  return visible.length > 0 ? ctx.viewer : null;
}

/** The viewer, if it may create a video: a key with WRITE, or an upload token. Throws like `viewerWith`. */
export const uploaderIn = (ctx: Context): Viewer =>
  ctx.viewer?.grant?.kind === "UPLOAD" ? ctx.viewer : viewerWith(ctx, "WRITE");

/** Guards operator-only fields of objects that workspaces see; others get null. */
export const isOperator = (ctx: Context): boolean => ctx.viewer !== null && hasScope(ctx.viewer, "OPERATOR");

/** Workspace of the viewer, used in every query. Without a viewer it matches nothing. */
export const workspaceOf = (ctx: Context): string =>
  ctx.viewer?.workspaceId ?? "00000000-0000-0000-0000-000000000000";
