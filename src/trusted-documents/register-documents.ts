import type { PrismaClient } from "../../prisma/generated/client.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import type { Db } from "../database/index.ts";
import { ConflictError } from "../errors/index.ts";

/** Documents of one workspace. */
const MAX_DOCUMENTS = 10_000;

/**
 * Stores valid documents; those that are stored already stay as they are. Throws `ForbiddenError` without
 * ADMIN, and `ConflictError` (`DOCUMENT_ID_TAKEN`, `DOCUMENT_LIMIT_REACHED`).
 */
export async function registerDocuments(
  { db }: { db: PrismaClient },
  viewer: Viewer,
  texts: ReadonlyMap<string, string>,
): Promise<{ addedCount: number; totalCount: number }> {
  requireScope(viewer, "ADMIN");
  const { workspaceId } = viewer;
  return await db.$transaction(async (tx) => {
    const data = [...texts].map(([id, text]) => ({ workspaceId, id, text }));
    const { count: addedCount } = await tx.trustedDocument.createMany({ data, skipDuplicates: true });
    const stored = await tx.trustedDocument.findMany({
      where: { workspaceId, id: { in: [...texts.keys()] } },
      select: { id: true, text: true },
    });
    const taken = stored.find(({ id, text }) => texts.get(id) !== text);
    if (taken) {
      throw new ConflictError(
        "DOCUMENT_ID_TAKEN",
        `Another document has the id ${JSON.stringify(taken.id)}. Use hashes of the documents as ids, or delete that one first.`,
      );
    }
    const totalCount = await tx.trustedDocument.count({ where: { workspaceId } });
    if (addedCount === 0 || totalCount <= MAX_DOCUMENTS) return { addedCount, totalCount };
    throw new ConflictError(
      "DOCUMENT_LIMIT_REACHED",
      `The workspace would have ${totalCount} documents; at most ${MAX_DOCUMENTS} are allowed. Delete those of old releases.`,
    );
  });
}

/** Deletes documents; ids without a document are ignored. Throws `ForbiddenError` without ADMIN. */
export async function deleteDocuments(
  { db }: { db: Db },
  viewer: Viewer,
  documentIds: readonly string[],
): Promise<{ deletedCount: number }> {
  requireScope(viewer, "ADMIN");
  const ids = documentIds.filter((id) => !id.includes("\0"));
  const where = { workspaceId: viewer.workspaceId, id: { in: ids } };
  const { count } = await db.trustedDocument.deleteMany({ where });
  return { deletedCount: count };
}
