import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Tx } from "../events/record-change.ts";
import { planMasterPlaylist } from "./master-playlist.ts";
import { videoProgress } from "./video-progress.ts";

const include = { variants: true, audio: true } as const;

/** The master playlist as the rows have it now. */
export async function readMasterPlaylist(tx: Tx, videoId: string): Promise<string | null> {
  const video = await tx.video.findUnique({ where: { id: videoId }, include });
  return video && planMasterPlaylist(video);
}

/**
 * Writes the master playlist (if it differs from `before`) and status.json from the rows, still inside the transaction that changed them and under
 * the video's lock: nobody can overwrite a newer one, and viewers never hear of a stream that is not there yet. Should the commit
 * fail, the files are ahead for a moment: they name what exists, and the report that comes again writes the same.
 */
export async function refreshManifest(
  tx: Tx,
  store: ObjectStore,
  videoId: string,
  before: string | null = null,
): Promise<void> {
  const video = await tx.video.findUnique({ where: { id: videoId }, include });
  if (video === null) return;
  const master = planMasterPlaylist(video);
  if (master !== null && master !== before) {
    await store.put(objectKeys.master(videoId), master, {
      contentType: "application/vnd.apple.mpegurl",
      cacheControl: "no-cache",
    });
  }
  const status = {
    id: Buffer.from(`Video:${videoId}`).toString("base64url"),
    status: video.status,
    progress: videoProgress(video.status, video.variants),
    playbackUrl: video.playableAt && store.publicUrl(objectKeys.master(videoId)),
    posterUrl: video.posterKey && store.publicUrl(video.posterKey),
    error: video.errorCode === null ? null : { code: video.errorCode, message: video.errorMessage },
    updatedAt: video.updatedAt.toISOString(),
  };
  await store.put(objectKeys.status(videoId), JSON.stringify(status), {
    contentType: "application/json",
    cacheControl: "no-cache",
  });
}
