import type { IncomingMessage } from "node:http";
import type { PlaybackPolicy } from "../../prisma/generated/enums.ts";
import { type Authenticate, hasScope, tokenIn, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { addressBelow, refusals, requestOrigin, tokenParameter } from "../playback-access/index.ts";
import type { StatusAddresses } from "../streaming/index.ts";
import { FormError } from "./form-error.ts";

/**
 * The URLs that the caller of a video's status may see; `isShared`: every caller gets the same, so caches may
 * keep the answer.
 */
interface StatusReader {
  addresses: StatusAddresses;
  isShared: boolean;
}

type Deps = Pick<OperationDeps, "playback" | "store">;

/**
 * Decides whether a request may read a video's status. A PUBLIC video's: always; a SIGNED video's: with a
 * token (parameter `token`) or an API key of its workspace. Null: answer as for a missing video. Throws
 * `FormError` for an invalid token.
 */
export async function admitReader(
  { playback, store }: Deps,
  authenticate: Authenticate,
  req: IncomingMessage,
  videoId: string,
): Promise<StatusReader | null> {
  const plain = (key: string) => store.publicUrl(key);
  const token = tokenParameter(req.url);
  const origin = requestOrigin(req);
  const granted = await playback.check({ token, videoId, purposes: ["PLAY", "STATUS"], origin });
  if (granted.isAllowed) {
    const accepted = granted.token;
    if (token === null || accepted === null) {
      return { addresses: { play: plain, download: plain }, isShared: true };
    }
    // A STATUS token grants neither playback nor downloads.
    const play = (key: string) => (accepted.purpose === "PLAY" ? addressBelow(store, token, key) : null);
    return { addresses: { play, download: () => null }, isShared: false };
  }
  if (granted.code !== null) throw new FormError(403, granted.code, null, refusals[granted.code]);
  return await admitKey({ playback, store }, authenticate, req, videoId);
}

async function admitKey(
  { playback, store }: Deps,
  authenticate: Authenticate,
  req: IncomingMessage,
  videoId: string,
): Promise<StatusReader | null> {
  const apiKey = tokenIn(req.headers.authorization);
  const viewer = apiKey === null ? null : await authenticate(apiKey);
  if (viewer === null || !hasScope(viewer, "READ")) return null;
  const { workspaceId } = viewer;
  if ((await playback.workspaceOf(videoId)) !== workspaceId) return null;
  const [play, download] = await Promise.all([
    playback.tokenFor(workspaceId, videoId, "PLAY"),
    playback.tokenFor(workspaceId, videoId, "DOWNLOAD"),
  ]);
  return {
    addresses: {
      play: (key) => addressBelow(store, play, key),
      download: (key) => addressBelow(store, download, key),
    },
    isShared: false,
  };
}

/**
 * URLs for the sender of a form: those of a SIGNED video carry a playback token for an API key, but none for
 * an upload token, which grants no playback.
 */
export async function addressesForSender(
  { playback, store }: Deps,
  viewer: Viewer,
  video: { workspaceId: string; id: string; playbackPolicy: PlaybackPolicy },
): Promise<(key: string) => string> {
  if (video.playbackPolicy === "PUBLIC" || !hasScope(viewer, "READ")) return (key) => store.publicUrl(key);
  const token = await playback.tokenFor(video.workspaceId, video.id, "PLAY");
  return (key) => addressBelow(store, token, key);
}
