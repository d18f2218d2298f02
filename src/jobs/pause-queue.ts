import { requireScope, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";

/**
 * Pauses the viewer's workspace: no task starts until it is resumed; running tasks continue. Throws
 * `ForbiddenError` without ADMIN.
 */
export async function pauseQueue({ db, clock }: OperationDeps, viewer: Viewer): Promise<void> {
  requireScope(viewer, "ADMIN");
  await db.workspace.updateMany({
    where: { id: viewer.workspaceId, pausedAt: null },
    data: { pausedAt: clock() },
  });
}

/** Resumes the viewer's workspace. Throws `ForbiddenError` without ADMIN. */
export async function resumeQueue({ db }: OperationDeps, viewer: Viewer): Promise<void> {
  requireScope(viewer, "ADMIN");
  await db.workspace.update({ where: { id: viewer.workspaceId }, data: { pausedAt: null } });
}
