import { objectKeys, PublishedPlaylist } from "@reelay/contracts";

interface NamingRows {
  id: string;
  posterKey: string | null;
  variants: readonly { playlist: unknown }[];
  audio: { playlist: unknown } | null;
}

/** What of an attempt's output a video names, below the attempt's prefix: `720p`, `audio`, `poster.jpg`. Pure. */
export function namedOutput(video: NamingRows, attemptId: string): string[] {
  const prefix = objectKeys.attempt(video.id, attemptId);
  const keys = [...video.variants, ...(video.audio ? [video.audio] : [])].map(
    ({ playlist }) => PublishedPlaylist.nullable().parse(playlist ?? null)?.key,
  );
  return [...keys, video.posterKey]
    .filter((key) => key?.startsWith(prefix))
    .map((key) => key?.slice(prefix.length).split("/")[0] ?? "");
}
