import type { Grant } from "../auth/grant.ts";
import type { Db } from "../database/db.ts";

/** Whether a token's holder may see this video: one that the token names, or one that was made with it. */
export async function maySee(db: Db, grant: Grant, videoId: string): Promise<boolean> {
  if (grant.kind === "VIEW") return grant.videoIds.includes(videoId);
  return (await db.uploadTokenVideo.count({ where: { videoId, tokenId: grant.tokenId } })) > 0;
}
