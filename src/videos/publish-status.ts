import { objectKeys } from "@reelay/contracts";
import { type ObjectStore, PreconditionFailedError, type PutOptions } from "@reelay/object-store";
import type { VideoStatus } from "../../prisma/generated/enums.ts";
import type { OperationDeps } from "../deps.ts";
import type { Tx } from "../events/record-change.ts";
import { type StatusRows, statusColumns, toPublicStatus } from "./public-status.ts";

/** Writes status.json as the rows say. */
export async function publishStatus(
  store: ObjectStore,
  video: StatusRows,
  options: Pick<PutOptions, "ifGenerationMatch" | "mayBeLost"> = {},
): Promise<void> {
  const status = toPublicStatus(video, (key) => store.publicUrl(key));
  await store.put(objectKeys.status(video.id), JSON.stringify(status), {
    contentType: "application/json",
    cacheControl: "no-cache",
    ...options,
  });
}

/** The same, inside the transaction that changed the rows and under the video's lock, where nothing else that is public has changed. */
export async function refreshStatus(tx: Tx, store: ObjectStore, videoId: string): Promise<void> {
  const video = await tx.video.findUnique({ where: { id: videoId }, select: statusColumns });
  if (video !== null) await publishStatus(store, video);
}

/**
 * The first status.json of a video that was just committed: whoever is given its id may ask for it. Never over what a worker's report has
 * brought about since. One that cannot be written fails nothing: the next change writes it.
 */
export async function publishFirstStatus(
  { store, log }: Pick<OperationDeps, "store" | "log">,
  { id, status, now }: { id: string; status: VideoStatus; now: Date },
): Promise<void> {
  const unknown = { durationMs: null, width: null, height: null, errorCode: null, errorMessage: null };
  const nothing = {
    ...{ posterKey: null, storyboard: null, download: null, preview: null },
    ...{ hasDash: false, variants: [] },
  };
  const times = { createdAt: now, updatedAt: now, playableAt: null, readyAt: null };
  try {
    const video = { id, status, ...unknown, ...nothing, ...times };
    await publishStatus(store, video, { ifGenerationMatch: "0", mayBeLost: true });
  } catch (error) {
    if (!(error instanceof PreconditionFailedError)) {
      log.warn({ err: error, videoId: id }, "video.status-not-written");
    }
  }
}
