/** The part of a video that a media address names: decides which tokens open it. */
import type { Purpose } from "../playback-access/index.ts";
import { isDownloadKey } from "./media-key.ts";

/** The video of an object; null for keys outside of a video. */
export const videoOfKey = (key: string): string | null => /^videos\/([^/]+)\/./.exec(key)?.[1] ?? null;

/** The purposes of the tokens that may read an object. */
export function purposesOf(key: string): readonly Purpose[] {
  if (isDownloadKey(key)) return ["DOWNLOAD"];
  return /^videos\/[^/]+\/status\.json$/.test(key) ? ["PLAY", "STATUS"] : ["PLAY"];
}
