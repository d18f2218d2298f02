import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { objectKeys } from "@reelay/contracts";

const lines = async (file: string): Promise<string[]> => (await readFile(file, "utf8")).split("\n");

/** The files that a playlist refers to: in tags of this kind, and on lines of their own. */
const namesIn = (text: readonly string[], tag: string): string[] =>
  text.flatMap((line) => {
    if (line.startsWith(tag)) return /URI="([^"]+)"/.exec(line)?.[1] ?? [];
    return line === "" || line.startsWith("#") ? [] : line;
  });

/** Paths of the media playlists in a master playlist. Rejects if there is no master playlist. */
export async function mediaPlaylistsOf(master: string): Promise<string[]> {
  const named = namesIn(await lines(master), "#EXT-X-MEDIA:");
  return named.map((uri) => path.join(path.dirname(master), uri));
}

/**
 * Defects of a media playlist: missing files, a missing playlist, or a missing end tag if it must have one.
 */
export async function lacksOf(playlist: string, mustEnd: boolean): Promise<string[]> {
  const text = await lines(playlist).catch(() => undefined);
  if (text === undefined) return [`${playlist} is missing`];
  const lacks: string[] = [];
  for (const file of namesIn(text, "#EXT-X-MAP:")) {
    const found = await stat(path.join(path.dirname(playlist), file)).catch(() => undefined);
    if (found === undefined || found.size === 0) lacks.push(`${playlist} names ${file}, which is missing`);
  }
  if (mustEnd && !text.includes("#EXT-X-ENDLIST")) lacks.push(`${playlist} has no end`);
  return lacks;
}

export const foldersIn = (folder: string): Promise<string[]> => readdir(folder).catch((): string[] => []);

/** References from master playlists that do not exist in the store. */
export async function danglingMasters(store: string): Promise<string[]> {
  const dangling: string[] = [];
  for (const videoId of await foldersIn(path.join(store, "videos"))) {
    const master = path.join(store, objectKeys.master(videoId));
    const playlists = await mediaPlaylistsOf(master).catch((): string[] => []);
    for (const playlist of playlists) dangling.push(...(await lacksOf(playlist, false)));
  }
  return dangling;
}
