import { lockOwnVideo, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { recordChange } from "../events/index.ts";
import { checkTags, normalizeTag } from "./check-input.ts";

interface TagChange {
  add: readonly string[];
  remove: readonly string[];
}

/**
 * Adds tags to a video and removes others; all other tags stay. Records an event only if the tags changed.
 * Throws `NotFoundError` and `InvalidInputError` (`TAGS_INVALID`).
 */
export async function tagVideo(
  { db }: Pick<OperationDeps, "db">,
  viewer: Viewer,
  { videoId, add, remove }: TagChange & { videoId: string },
): Promise<void> {
  const removed = new Set(remove.map(normalizeTag));
  await db.$transaction(async (tx) => {
    await lockOwnVideo(tx, viewer, videoId);
    const { tags: before } = await tx.video.findUniqueOrThrow({
      where: { id: videoId },
      select: { tags: true },
    });
    const kept = before.filter((tag) => !removed.has(tag));
    const tags = checkTags("add", [...kept, ...checkTags("add", add)]);
    if (tags.length === before.length && tags.every((tag, index) => tag === before[index])) return;
    await tx.video.update({ where: { id: videoId }, data: { tags } });
    await recordChange(tx, { workspaceId: viewer.workspaceId, videoId }, [
      { type: "video.updated", data: { fields: ["tags"] } },
    ]);
  });
}
