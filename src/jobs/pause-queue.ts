import { requireScope, type Viewer } from "../auth/viewer.ts";
import type { OperationDeps } from "../deps.ts";

/** Gives nothing new of the viewer's workspace to workers until it is resumed. What runs goes on. Throws `ForbiddenError` without ADMIN. */
export async function pauseQueue({ db, clock }: OperationDeps, viewer: Viewer): Promise<void> {
  requireScope(viewer, "ADMIN");
  await db.workspace.updateMany({
    where: { id: viewer.workspaceId, pausedAt: null },
    data: { pausedAt: clock() },
  });
}

/** Lets the viewer's workspace go on. Throws `ForbiddenError` without ADMIN. */
export async function resumeQueue({ db }: OperationDeps, viewer: Viewer): Promise<void> {
  requireScope(viewer, "ADMIN");
  await db.workspace.update({ where: { id: viewer.workspaceId }, data: { pausedAt: null } });
}
