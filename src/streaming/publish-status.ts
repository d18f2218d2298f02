import { objectKeys } from "@reelay/contracts";
import { type ObjectStore, PreconditionFailedError, type PutOptions } from "@reelay/object-store";
import type { PlaybackPolicy, VideoStatus } from "../../prisma/generated/enums.ts";
import type { OperationDeps } from "../context/index.ts";
import type { Tx } from "../events/index.ts";
import { type StatusAddresses, type StatusRows, statusColumns, toPublicStatus } from "./public-status.ts";

/** Writes status.json as the rows say. */
export async function publishStatus(
  store: ObjectStore,
  video: StatusRows,
  options: Pick<PutOptions, "ifGenerationMatch" | "mayBeLost"> = {},
): Promise<void> {
  const status = toPublicStatus(video, addressesIn(store, video));
  await store.put(objectKeys.status(video.id), JSON.stringify(status), {
    contentType: "application/json",
    ...options,
  });
}

/**
 * A SIGNED video's file has addresses relative to itself: read below a token, they lie below the same token.
 * No token for playing may download.
 */
function addressesIn(
  store: ObjectStore,
  { id, playbackPolicy }: Pick<StatusRows, "id" | "playbackPolicy">,
): StatusAddresses {
  if (playbackPolicy === "PUBLIC") {
    const play = (key: string) => store.publicUrl(key);
    return { play, download: play };
  }
  const { length } = objectKeys.video(id);
  const play = (key: string) => key.slice(length).split("/").map(encodeURIComponent).join("/");
  return { play, download: () => null };
}

/**
 * The same, inside the transaction that changed the rows and under the video's lock, where nothing else that
 * is public has changed.
 */
export async function refreshStatus(tx: Tx, store: ObjectStore, videoId: string): Promise<void> {
  const video = await tx.video.findUnique({ where: { id: videoId }, select: statusColumns });
  if (video !== null) await publishStatus(store, video);
}

/**
 * Publishes the first status.json of a committed video, since a client with its id may already request it. It
 * never overwrites the status that a worker's report produced since. A failed write is only logged: the next
 * change writes it.
 */
export async function publishFirstStatus(
  { store, log }: Pick<OperationDeps, "store" | "log">,
  {
    now,
    ...video
  }: {
    id: string;
    workspaceId: string;
    status: VideoStatus;
    playbackPolicy: PlaybackPolicy;
    now: Date;
  },
): Promise<void> {
  const unknown = { durationMs: null, width: null, height: null, error: null };
  const nothing = {
    ...{ storyboard: null, assets: [], hasDash: false, variants: [] },
  };
  const times = { createdAt: now, updatedAt: now, playableAt: null, readyAt: null };
  try {
    await publishStatus(
      store,
      { ...video, ...unknown, ...nothing, ...times },
      { ifGenerationMatch: "0", mayBeLost: true },
    );
  } catch (error) {
    if (!(error instanceof PreconditionFailedError)) {
      log.warn({ err: error, videoId: video.id }, "video.status-not-written");
    }
  }
}
