import type { PrismaClient } from "../../prisma/generated/client.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import { NotFoundError } from "../errors/index.ts";

type Kind = "UploadToken" | "ViewerToken";

/** Revokes a token of the viewer's workspace. Safe to repeat. Throws `ForbiddenError`, `NotFoundError`. */
export async function revokeToken(
  { db, clock }: { db: PrismaClient; clock: () => Date },
  viewer: Viewer,
  { kind, id }: { kind: Kind; id: string | null },
): Promise<void> {
  requireScope(viewer, kind === "UploadToken" ? "WRITE" : "READ");
  const { workspaceId } = viewer;
  const where = { id: id ?? "", workspaceId };
  const change = { where: { ...where, revokedAt: null }, data: { revokedAt: clock() } };
  const isKnown = async () =>
    kind === "UploadToken"
      ? (await db.uploadToken.updateMany(change)).count > 0 || (await db.uploadToken.count({ where })) > 0
      : (await db.viewerToken.updateMany(change)).count > 0 || (await db.viewerToken.count({ where })) > 0;
  if (id !== null && (await isKnown())) return;
  throw new NotFoundError(
    "TOKEN_NOT_FOUND",
    "There is no such token in this workspace. Use the id from its creation. Tokens are deleted a day after they end.",
  );
}

const KEPT_MS = 86_400_000;

/** Deletes tokens that ended at least a day ago. */
export async function forgetTokens(db: PrismaClient, now: Date): Promise<void> {
  const where = { expiresAt: { lt: new Date(now.getTime() - KEPT_MS) } };
  await db.uploadToken.deleteMany({ where });
  await db.viewerToken.deleteMany({ where });
}
