import type { Grant } from "../auth/index.ts";
import type { Db } from "../database/index.ts";

/** Those videos that a token's holder may see: the token names them, or they were created with it. */
export async function visibleTo(db: Db, grant: Grant, videoIds: readonly string[]): Promise<string[]> {
  if (grant.kind === "VIEW") return videoIds.filter((videoId) => grant.videoIds.includes(videoId));
  const rows = await db.uploadTokenVideo.findMany({
    where: { videoId: { in: [...videoIds] }, tokenId: grant.tokenId },
    select: { videoId: true },
  });
  return rows.map(({ videoId }) => videoId);
}
