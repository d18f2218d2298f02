import { objectKeys, Storyboard } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { requireScope, type Viewer, videoNotFound } from "../auth/index.ts";
import { assetColumns, assetsOf } from "../database/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { checkLifetime, checkOrigins, checkViewerId } from "./check-claims.ts";
import type { Purpose } from "./claims.ts";
import { addressBelow } from "./media-address.ts";
import { embedAddress, statusAddress, watchAddress } from "./page-address.ts";
import type { PlaybackAccess } from "./playback-access.ts";

const DEFAULT_LIFETIME_S = 3_600;

interface PlaybackTokenInput {
  videoId: string;
  purpose?: Purpose | null;
  expiresInSeconds?: number | null;
  origins?: readonly string[] | null;
  viewerId?: string | null;
}

export interface PlaybackToken {
  token: string;
  purpose: Purpose;
  expiresAt: Date;
  hlsUrl: string | null;
  dashUrl: string | null;
  posterUrl: string | null;
  storyboardUrl: string | null;
  previewUrl: string | null;
  embedUrl: string | null;
  watchUrl: string | null;
  downloadUrl: string | null;
  statusUrl: string | null;
}

interface TokenDeps {
  db: PrismaClient;
  store: ObjectStore;
  clock: () => Date;
  playback: PlaybackAccess;
}

/**
 * Signs a token for one of the viewer's videos and returns the URLs that it opens. Throws `ForbiddenError`
 * without WRITE, `NotFoundError`, `InvalidInputError`.
 */
export async function createPlaybackToken(
  { db, store, clock, playback }: TokenDeps,
  viewer: Viewer,
  input: PlaybackTokenInput,
): Promise<PlaybackToken> {
  requireScope(viewer, "WRITE");
  const { videoId } = input;
  const { workspaceId } = viewer;
  const purpose = input.purpose ?? "PLAY";
  const fromS = Math.floor(clock().getTime() / 1_000);
  const untilS = fromS + checkLifetime(input.expiresInSeconds ?? DEFAULT_LIFETIME_S);
  const origins = checkOrigins(input.origins ?? []);
  const viewerId = checkViewerId(input.viewerId ?? "");
  const video = await db.video.findUnique({
    where: { id: videoId, workspaceId },
    select: { playableAt: true, hasDash: true, storyboard: true, assets: assetColumns },
  });
  if (video === null) throw videoNotFound();
  const token = await playback.sign(workspaceId, { purpose, videoId, fromS, untilS, origins, viewerId });
  const id = encodeGlobalId("Video", videoId);
  const isFor = (...purposes: Purpose[]) => purposes.includes(purpose);
  const address = (key: string | null | undefined) => (key ? addressBelow(store, token, key) : null);
  const forPlay = (key: string | null | undefined) => (isFor("PLAY") ? address(key) : null);
  const { publicUrl } = playback;
  const { poster, preview, download } = assetsOf(video);
  return {
    token,
    purpose,
    expiresAt: new Date(untilS * 1_000),
    hlsUrl: forPlay(objectKeys.master(videoId)),
    dashUrl: forPlay(video.hasDash ? objectKeys.dash(videoId) : null),
    posterUrl: forPlay(poster?.key),
    storyboardUrl: forPlay(Storyboard.safeParse(video.storyboard).data?.vttKey),
    previewUrl: forPlay(preview?.key),
    embedUrl: isFor("PLAY") ? embedAddress(publicUrl, id, token) : null,
    watchUrl: isFor("PLAY") ? watchAddress(publicUrl, id, token) : null,
    downloadUrl: isFor("DOWNLOAD") ? address(download?.key) : null,
    statusUrl: isFor("PLAY", "STATUS") ? statusAddress(publicUrl, id, token) : null,
  };
}
