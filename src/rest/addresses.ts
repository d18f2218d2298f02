import { objectKeys } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { assetsOf } from "../database/index.ts";
import { addressBelow, type Purpose } from "../playback-access/index.ts";
import type { VideoSnapshot } from "../progress/index.ts";

/**
 * The addresses of a video's objects. Those of a SIGNED video carry a token, and so work without the key.
 */
export interface Addresses {
  hls(video: VideoSnapshot): Promise<string | null>;
  download(video: VideoSnapshot, key: string): Promise<string>;
  poster(video: VideoSnapshot): Promise<string | null>;
}

export function createAddresses({ store, playback }: Pick<OperationDeps, "store" | "playback">): Addresses {
  async function addressOf(video: VideoSnapshot, key: string, purpose: Purpose): Promise<string> {
    if (video.playbackPolicy === "PUBLIC") return store.publicUrl(key);
    return addressBelow(store, await playback.tokenFor(video.workspaceId, video.id, purpose), key);
  }
  return {
    hls: async (video) =>
      video.playableAt === null ? null : await addressOf(video, objectKeys.master(video.id), "PLAY"),
    download: (video, key) => addressOf(video, key, "DOWNLOAD"),
    async poster(video) {
      const { poster } = assetsOf(video);
      return poster && (await addressOf(video, poster.key, "PLAY"));
    },
  };
}
