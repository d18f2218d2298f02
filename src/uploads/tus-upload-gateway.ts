import { dirname } from "node:path";
import type { ObjectStore } from "@reelay/object-store";
import { ObjectNotFoundError } from "@reelay/object-store";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { UploadGateway } from "../deps.ts";
import { uuidPattern } from "../global-id.ts";
import { createToken, hashToken, isTokenOf } from "../secrets/token.ts";
import { beginEarly, readEarlySize } from "../videos/begin-early.ts";
import { failUpload, uploadTerminated } from "../videos/fail-upload.ts";
import { receiveSource } from "../videos/index.ts";
import { createArrivalWatch } from "./arriving/watch-arrivals.ts";
import { createTusUploads, type TusUploads } from "./index.ts";

interface TusGatewayOptions {
  db: PrismaClient;
  store: ObjectStore;
  /** Videos of at most so many milliseconds are one task, which needs the whole of them. */
  wholeUpToMs: number;
  publicUrl: string;
  clock: () => Date;
  log: Logger;
  /** Told how many bytes a completed upload had. */
  onBytes?: (sizeBytes: number) => void;
}

/** What a head of 8 s is made from, with what its demuxer and its filters look at behind it. */
const earlyHeadMs = 10_000;

/**
 * Clients upload to this API by the tus protocol; a whole file moves into the local store and starts its job.
 * An upload's id is its video's.
 */
export function createTusUploadGateway(options: TusGatewayOptions): {
  gateway: UploadGateway;
  uploads: TusUploads;
  /** To be disposed after the uploads. */
  arrivals: AsyncDisposable;
} {
  const { db, store, publicUrl, clock, log } = options;
  const path = (uploadId: string): string => {
    const file = store.arrivingPath(uploadId);
    if (file === null)
      throw new TypeError("Uploads by tus go into a store on this machine; this one is elsewhere.");
    return file;
  };
  const arrivals = createArrivalWatch({
    wish: { headMs: earlyHeadMs, longerThanMs: options.wholeUpToMs },
    path,
    sizeOf: (videoId) => readEarlySize(db, videoId),
    async onHeadThere(videoId) {
      if (await beginEarly({ db, clock }, videoId)) log.info({ videoId }, "upload.begun-early");
    },
    onError: (error, videoId) => log.warn({ err: error, videoId }, "upload.not-begun-early"),
  });
  const uploads = createTusUploads({
    directory: dirname(path("any")),
    basePath: "/uploads",
    now: clock,
    onError: (error, videoId) => log.error({ err: error, videoId }, "upload.failed"),
    async authorise(videoId, token) {
      if (!uuidPattern.test(videoId)) return null;
      const source = await db.source.findUnique({ where: { videoId } });
      const { uploadTokenHash, uploadExpiresAt, sizeBytes } = source ?? {};
      if (!uploadTokenHash || !uploadExpiresAt || typeof sizeBytes !== "bigint") return null;
      return isTokenOf(token, uploadTokenHash)
        ? { sizeBytes: Number(sizeBytes), expiresAt: uploadExpiresAt }
        : null;
    },
    onGrown: (videoId, storedBytes) => arrivals.onGrown(videoId, storedBytes),
    onTerminated: (videoId) => failUpload({ db, store, clock, log }, videoId, uploadTerminated),
    async onReceived(videoId, path) {
      const source = await db.source.findUnique({ where: { videoId } });
      if (source === null || source.receivedAt !== null) return;
      arrivals.forget(videoId);
      await adopt(store, source.objectKey, path);
      await receiveSource({ db, store, clock }, videoId);
      const sizeBytes = Number(source.sizeBytes);
      options.onBytes?.(sizeBytes);
      log.info({ videoId, sizeBytes }, "upload.received");
    },
  });
  const gateway: UploadGateway = {
    protocol: "TUS",
    async open({ videoId, sizeBytes, expiresAt }) {
      const token = createToken();
      await uploads.create({ uploadId: videoId, sizeBytes, expiresAt });
      return { url: `${publicUrl}${uploads.addressPath(videoId, token)}`, tokenHash: hashToken(token) };
    },
    remove: (videoId) => uploads.remove(videoId),
  };
  return { gateway, uploads, arrivals };
}

/** A file that is gone was adopted before a crash, if the object is there. */
async function adopt(store: ObjectStore, key: string, path: string): Promise<void> {
  try {
    await store.adopt(key, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    if ((await store.head(key)) === null) throw new ObjectNotFoundError(key);
  }
}
