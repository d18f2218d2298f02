import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { WorkerRealm } from "../../prisma/generated/enums.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import { InvalidInputError } from "../errors/index.ts";

/**
 * Sets whose machines may receive tasks of the viewer's workspace. Tasks that run are not affected. Throws
 * `ForbiddenError` without ADMIN, `InvalidInputError` for an empty list.
 */
export async function setWorkerRealms(
  { db }: { db: PrismaClient },
  viewer: Viewer,
  realms: readonly WorkerRealm[],
): Promise<void> {
  requireScope(viewer, "ADMIN");
  const workerRealms = [...new Set(realms)];
  if (workerRealms.length === 0) {
    throw new InvalidInputError(
      "WORKER_REALMS_INVALID",
      "workerRealms",
      "workerRealms: is empty; give at least one of OWN, CLOUD and THIRD_PARTY, or nothing would be rendered.",
    );
  }
  await db.workspace.update({ where: { id: viewer.workspaceId }, data: { workerRealms } });
}
