import type { PlaybackPolicy } from "../../prisma/generated/enums.ts";
import { lockOwnVideo, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { storeTransaction } from "../database/index.ts";
import { recordChange } from "../events/index.ts";
import { refreshStatus } from "../streaming/index.ts";
import { checkExternalId, checkMetadata, checkTags, checkTitle } from "./check-input.ts";
import { externalIdTaken, isExternalIdTaken } from "./create-video.ts";

export interface UpdateVideoInput {
  videoId: string;
  title?: string;
  externalId?: string | null;
  metadata?: unknown;
  /** Replaces all tags. */
  tags?: readonly string[];
  playbackPolicy?: PlaybackPolicy;
}

/**
 * Changes a client's fields; absent fields keep their values. Throws `NotFoundError`, `InvalidInputError`,
 * `ConflictError`.
 */
export async function updateVideo(
  deps: OperationDeps,
  viewer: Viewer,
  input: UpdateVideoInput,
): Promise<{ videoId: string }> {
  const { videoId, title, externalId, metadata, tags, playbackPolicy } = input;
  const data = {
    ...(title !== undefined && { title: checkTitle(title) }),
    ...(externalId !== undefined && { externalId: externalId === null ? null : checkExternalId(externalId) }),
    ...(metadata !== undefined && { metadata: checkMetadata(metadata ?? {}) }),
    ...(tags !== undefined && { tags: checkTags("tags", tags) }),
    ...(playbackPolicy !== undefined && { playbackPolicy }),
  };
  try {
    await deps.db.$transaction(async (tx) => {
      await lockOwnVideo(tx, viewer, videoId);
      await tx.video.update({ where: { id: videoId }, data });
      // CDN rules read the policy there: one that cannot be written must not be committed.
      if (playbackPolicy !== undefined) await refreshStatus(tx, deps.store, videoId);
      const { workspaceId } = viewer;
      await recordChange(tx, { workspaceId, videoId }, [
        { type: "video.updated", data: { fields: Object.keys(data) } },
      ]);
    }, storeTransaction);
  } catch (error) {
    throw isExternalIdTaken(error) ? externalIdTaken(externalId ?? "") : error;
  }
  // The title is cached there, too.
  deps.playback.forgetVideo(videoId);
  return { videoId };
}
