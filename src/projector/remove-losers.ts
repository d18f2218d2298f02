import { objectKeys, PublishedPlaylist } from "@reelay/contracts";
import type { ProjectorDeps } from "./deps.ts";

/** Removes what attempts wrote that nothing names: only once the video is settled. What cannot be removed now costs room only. */
export async function removeLosers({ db, store, log }: ProjectorDeps, videoId: string): Promise<void> {
  try {
    const video = await db.video.findUnique({
      where: { id: videoId },
      include: {
        variants: true,
        audio: true,
        jobs: {
          select: { status: true, tasks: { select: { attempts: { select: { id: true, outcome: true } } } } },
        },
      },
    });
    if (video === null) return;
    const attempts = video.jobs.flatMap(({ tasks }) => tasks.flatMap((task) => task.attempts));
    if (attempts.length < 2 || attempts.some(({ outcome }) => outcome === null)) return;
    const named = [...video.variants, ...(video.audio ? [video.audio] : [])]
      .map(({ playlist }) => PublishedPlaylist.nullable().parse(playlist)?.key)
      .concat(video.posterKey ?? undefined)
      .filter((key) => key !== undefined);
    for (const { id } of attempts) {
      const prefix = objectKeys.attempt(videoId, id);
      if (!named.some((key) => key.startsWith(prefix))) await store.deletePrefix(prefix);
    }
  } catch (error) {
    log.warn({ err: error, videoId }, "losers.left");
  }
}
