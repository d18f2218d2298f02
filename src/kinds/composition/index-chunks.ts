import { createHash } from "node:crypto";
import { type ChunkEntry, chunkIdentity, objectKeys, RenditionPart, StoredFolder } from "@reelay/contracts";
import { Prisma } from "../../../prisma/generated/client.ts";
import type { OperationDeps } from "../../context/index.ts";

type IndexDeps = Pick<OperationDeps, "db" | "store">;

/** Entries that are written at a time. */
const AT_ONCE = 8;

/**
 * Writes an entry for each chunk of a READY video, by which workers find it for later videos of the
 * workspace. The entry of an equal chunk is replaced: the newest video is the one that most likely stays.
 */
export async function indexChunks({ db, store }: IndexDeps, videoId: string): Promise<void> {
  const video = await db.video.findUnique({
    where: { id: videoId, status: "READY" },
    select: { workspaceId: true },
  });
  if (video === null) return;
  const rows = await db.part.findMany({
    where: { videoId, isComplete: true, drawn: { not: Prisma.DbNull }, recipe: { not: null } },
    orderBy: [{ startMs: "asc" }, { rendition: "asc" }],
  });
  const sums = await readSums(db, videoId);
  const prefix = objectKeys.chunks(video.workspaceId);
  const chunks = Map.groupBy(
    rows.map((row) => RenditionPart.parse(row)),
    ({ startMs }) => startMs,
  );
  const left = [...chunks.values()].flatMap((parts) => toEntry(videoId, parts, sums) ?? []).values();
  const writeRest = async () => {
    for (const entry of left) {
      const name = createHash("sha256").update(entry.identity).digest("hex");
      const options = { contentType: "application/json", mayBeLost: true };
      await store.put(prefix + name, JSON.stringify(entry), options);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, writeRest));
}

/** Null: a worker has reported objects that are not the video's, or renditions that differ. Pure. */
function toEntry(
  videoId: string,
  parts: readonly RenditionPart[],
  sums: ReadonlyMap<string, string>,
): ChunkEntry | null {
  const drawn = parts[0]?.drawn;
  const keys = parts.flatMap(({ initKey, segments }) => [initKey, ...segments.map(({ key }) => key)]);
  if (!drawn || !keys.every((key) => key.startsWith(objectKeys.video(videoId)))) return null;
  if (!parts.every((part) => part.drawn?.sha256 === drawn.sha256 && part.drawn.painter === drawn.painter))
    return null;
  const recipes = new Map(parts.map(({ rendition, recipe }) => [rendition, recipe ?? ""]));
  const known = keys.flatMap((key) => {
    const sum = sums.get(key);
    return sum === undefined ? [] : [[key, sum] as const];
  });
  return {
    ...{ version: 1, identity: chunkIdentity(drawn, recipes) },
    ...{ parts: [...parts], sums: Object.fromEntries(known) },
  };
}

/** CRC-32C of the video's objects, by key. */
async function readSums(db: IndexDeps["db"], videoId: string): Promise<ReadonlyMap<string, string>> {
  const folders = await db.storedFolder.findMany({ where: { videoId, retiredAt: null } });
  const sums = new Map<string, string>();
  for (const { attemptId, ...row } of folders) {
    const { folder, files } = StoredFolder.parse(row);
    const prefix = objectKeys.attempt(videoId, attemptId) + (folder === "" ? "" : `${folder}/`);
    for (const [name, , crc32c] of files) sums.set(prefix + name, crc32c);
  }
  return sums;
}
