import type { Db } from "../db.ts";
import type { Grant } from "./grant.ts";

/** Whether a token's holder may see this video: one that the token names, or one that was made with it. */
export async function maySee(db: Db, grant: Grant, videoId: string): Promise<boolean> {
  if (grant.kind === "VIEW") return grant.videoIds.includes(videoId);
  return (await db.uploadTokenVideo.count({ where: { videoId, tokenId: grant.tokenId } })) > 0;
}
