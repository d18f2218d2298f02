import type { PlaybackPolicy } from "../prisma/generated/enums.ts";
import { hasScope } from "../src/auth/index.ts";
import { addressBelow, type Purpose } from "../src/playback-access/index.ts";
import type { Context } from "./context.ts";

/** What of a video decides how its objects are addressed. */
export interface AddressedVideo {
  id: string;
  playbackPolicy: PlaybackPolicy;
}

/** The columns of `AddressedVideo`. */
export const addressColumns = { id: true, playbackPolicy: true } as const;

/** Said of every address in the schema. */
export const signedNote =
  "Of a SIGNED video it carries a token that the server made, good for at least 90 minutes: ask again, or use `createPlaybackToken`.";

/** The address at which this API key's holder finds an object of a video: below a short-lived token where the video is SIGNED. */
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
