import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { PlaybackPolicy } from "../../prisma/generated/enums.ts";
import { requireScope, type Viewer } from "../auth/index.ts";

/**
 * Sets the policy of the workspace's future videos; existing ones keep theirs. Throws `ForbiddenError`
 * without ADMIN.
 */
export async function setDefaultPolicy(
  { db }: { db: PrismaClient },
  viewer: Viewer,
  playbackPolicy: PlaybackPolicy,
): Promise<void> {
  requireScope(viewer, "ADMIN");
  await db.workspace.update({ where: { id: viewer.workspaceId }, data: { playbackPolicy } });
}
