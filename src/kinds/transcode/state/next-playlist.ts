import { objectKeys, type PublishedPlaylist } from "@reelay/contracts";

/**
 * What plays from now on: what the attempt has, else what there was. An earlier attempt's growing playlist goes on playing until this one
 * has segments of its own; one's own ends with the attempt if its last report does not name it: then it has been removed. Pure.
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
