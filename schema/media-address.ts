import type { PlaybackPolicy } from "../prisma/generated/enums.ts";
import { hasScope } from "../src/auth/index.ts";
import { addressBelow, type Purpose } from "../src/playback-access/index.ts";
import type { Context } from "./context.ts";

/** The columns of a video that determine the addresses of its objects. */
export interface AddressedVideo {
  id: string;
  playbackPolicy: PlaybackPolicy;
}

/** The columns of `AddressedVideo`. */
export const addressColumns = { id: true, playbackPolicy: true } as const;

/** Added to the description of every media address. */
export const SIGNED_NOTE =
  "If the video is SIGNED, the address carries a token that is valid for at least 90 minutes. Query it again, or use `createPlaybackToken`.";

/** Address of a video's object for this viewer, with a short-lived token if the video is SIGNED. */
export async function mediaAddress(
  ctx: Context,
  { id, playbackPolicy }: AddressedVideo,
  key: string,
  purpose: Purpose = "PLAY",
): Promise<string> {
  const { viewer, store, operations } = ctx;
  const isPlain = playbackPolicy === "PUBLIC" || viewer === null || !hasScope(viewer, "READ");
  if (isPlain) return store.publicUrl(key);
  return addressBelow(store, await operations.playback.tokenFor(viewer.workspaceId, id, purpose), key);
}
