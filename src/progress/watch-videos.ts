import { NotFoundError } from "../errors/index.ts";
import type { LiveProgress, VideoSnapshot } from "./live-progress.ts";
import { mergeLatest } from "./merge-latest.ts";

/**
 * The videos' current states, then every change of each, newest only. Omits videos that do not exist in the
 * workspace.
 */
export async function watchVideos(
  live: Pick<LiveProgress, "watch">,
  { workspaceId, videoIds }: { workspaceId: string; videoIds: readonly string[] },
  signal: AbortSignal,
): Promise<AsyncIterableIterator<VideoSnapshot>> {
  const streams = await Promise.all(
    [...new Set(videoIds)].map((videoId) => live.watch({ workspaceId, videoId }, signal).catch(missing)),
  );
  return mergeLatest(streams.filter((stream) => stream !== null));
}

function missing(error: unknown): null {
  if (error instanceof NotFoundError) return null;
  throw error;
}
