import { keyOf } from "../global-id.ts";

/**
 * The video named by a player: a global id, or a media URL with or without a token. Null if it is neither.
 * Pure.
 */
export function videoOf(name: string): { videoId: string; token: string | null } | null {
  const videoId = keyOf("Video", name);
  if (videoId !== null) return { videoId, token: null };
  const parts = name.split(/[?#]/, 1)[0]?.split("/") ?? [];
  const place = parts.lastIndexOf("videos");
  const inAddress = place === -1 ? undefined : parts[place + 1];
  const before = parts[place - 1];
  if (inAddress === undefined) return null;
  return { videoId: inAddress, token: before?.startsWith("~") ? before.slice(1) : null };
}
