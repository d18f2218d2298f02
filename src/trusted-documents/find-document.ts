import { LRUCache } from "lru-cache";
import type { Db } from "../database/index.ts";

/** Documents in memory, over all workspaces. */
const MAX_DOCUMENTS = 2_000;
/** Other processes may serve a deleted document for this time. */
const CACHE_MS = 10_000;

/** The text of a workspace's document; undefined if it has none with this id. */
export type FindDocument = (workspaceId: string, documentId: string) => Promise<string | undefined>;

export function createTrustedDocuments(db: Db): FindDocument {
  const texts = new LRUCache<string, string>({ max: MAX_DOCUMENTS, ttl: CACHE_MS });
  return async (workspaceId, documentId) => {
    if (documentId.includes("\0")) return undefined;
    const key = `${workspaceId}/${documentId}`;
    const cached = texts.get(key);
    if (cached !== undefined) return cached;
    const row = await db.trustedDocument.findUnique({
      where: { workspaceId_id: { workspaceId, id: documentId } },
      select: { text: true },
    });
    if (row) texts.set(key, row.text);
    return row?.text;
  };
}
