import { objectKeys, PublishedPlaylist, Storyboard } from "@reelay/contracts";
import type { Db } from "../database/index.ts";

interface NamedPart {
  attemptId: string;
  initKey: string;
}

interface NamingRows {
  id: string;
  storyboard: unknown;
  assets: readonly { key: string }[];
  variants: readonly { playlist: unknown }[];
  audioTracks: readonly { playlist: unknown }[];
  parts: readonly NamedPart[];
  /** Those with finished chunks of an edition that is not published. */
  editions: readonly { parts: readonly NamedPart[] }[];
  /** Replaced by a repair or an edition, and still read by players that loaded the old playlists. */
  storedFolders?: readonly { attemptId: string; folder: string; retiredAt: Date | null }[];
}

/** The fields of a video's parts that `namedOutput` needs. */
export const partNames = { select: { attemptId: true, initKey: true } } as const;

/**
 * The parts of an attempt's output that a video uses, below the attempt's prefix: `720p`, `audio`,
 * `poster.jpg`. Pure.
 */
export function namedOutput(video: NamingRows, attemptId: string): string[] {
  const prefix = objectKeys.attempt(video.id, attemptId);
  // A second encode is in another folder than the rendition's name; a part without segments has none.
  const own = [
    ...namedKeys(video),
    ...video.assets.map(({ key }) => key),
    ...video.editions.flatMap(({ parts }) => parts.map(({ initKey }) => initKey)),
  ]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length).split("/")[0] ?? "");
  const retired = (video.storedFolders ?? [])
    .filter((row) => row.attemptId === attemptId && row.retiredAt !== null)
    .map(({ folder }) => folder.split("/")[0] ?? "");
  return [...new Set([...own, ...retired])];
}

/** Keys of objects in the folders from which a video is played, without its assets. Pure. */
export function namedKeys(
  video: Pick<NamingRows, "storyboard" | "variants" | "audioTracks" | "parts">,
): string[] {
  const playlists = [...video.variants, ...video.audioTracks].flatMap(
    ({ playlist }) => PublishedPlaylist.nullable().parse(playlist ?? null)?.key ?? [],
  );
  const storyboard = Storyboard.nullable().parse(video.storyboard ?? null);
  const { parts } = video;
  return [...playlists, ...(storyboard ? [storyboard.vttKey] : []), ...parts.map(({ initKey }) => initKey)];
}

/** `namedOutput` of the current rows; empty for a deleted video. */
export async function readNamedOutput(db: Db, videoId: string, attemptId: string): Promise<string[]> {
  const include = {
    variants: true,
    audioTracks: true,
    assets: true,
    parts: { where: { attemptId }, ...partNames },
    editions: { select: { parts: { where: { attemptId }, ...partNames } } },
  };
  const video = await db.video.findUnique({ where: { id: videoId }, include });
  return video ? namedOutput(video, attemptId) : [];
}
