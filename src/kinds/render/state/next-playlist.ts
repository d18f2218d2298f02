import { objectKeys, type PublishedPlaylist } from "@reelay/contracts";

/**
 * The playlist to play from now on: the attempt's, else the previous one. An earlier attempt's growing
 * playlist keeps playing until this one has segments. An attempt's own playlist ends with it if its last
 * report omits it, since it has been removed. Pure.
 */
export function nextPlaylist(
  earlier: PublishedPlaylist | null,
  told: PublishedPlaylist | null,
  { videoId, attemptId, isEnd }: { videoId: string; attemptId: string; isEnd: boolean },
): PublishedPlaylist | null {
  if (told !== null || earlier === null) return told;
  const isOwn = earlier.key.startsWith(objectKeys.attempt(videoId, attemptId));
  return isOwn && isEnd ? null : earlier;
}
