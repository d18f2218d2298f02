import { objectKeys } from "@reelay/contracts";
import type { Tx } from "../events/index.ts";

/**
 * Marks the folders of these objects of attempts as replaced. Players that loaded the old playlists still
 * read them, so the sweeper removes them later. The caller holds the video's lock.
 */
export async function retireOutput(
  tx: Tx,
  videoId: string,
  keys: readonly string[],
  now: Date,
): Promise<void> {
  const attempts = `${objectKeys.video(videoId)}attempts/`;
  const own = keys.filter((key) => key.startsWith(attempts)).map((key) => key.slice(attempts.length));
  const places = new Set(own.map((path) => path.split("/").slice(0, 2).join("/")));
  for (const place of places) {
    const [attemptId, folder] = place.split("/");
    if (attemptId === undefined || folder === undefined) continue;
    await tx.storedFolder.upsert({
      where: { attemptId_folder: { attemptId, folder } },
      create: { attemptId, folder, videoId, files: [], retiredAt: now },
      update: { retiredAt: now },
    });
  }
}
