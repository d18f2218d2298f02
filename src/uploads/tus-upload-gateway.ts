import { dirname } from "node:path";
import type { ObjectStore } from "@reelay/object-store";
import { ObjectNotFoundError } from "@reelay/object-store";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { UploadGateway } from "../context/index.ts";
import { UUID_PATTERN } from "../inputs/index.ts";
import { createToken, hashToken, isTokenOf } from "../secrets/index.ts";
import { beginEarly, readEarlySize } from "../videos/index.ts";
import { createArrivalWatch } from "./arriving/watch-arrivals.ts";
import { createTusUploads, type TusUploads } from "./tus-uploads.ts";
import { type AwaitedUpload, type UploadSubject, uploadSubjects } from "./upload-subject.ts";

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
const EARLY_HEAD_MS = 10_000;

/**
 * Clients upload to this API by the tus protocol. A complete file moves into the local store: a source starts
 * its video's job, and a material becomes READY.
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
  const subjects = uploadSubjects({ db, store, clock, log });
  async function find(uploadId: string): Promise<{ subject: UploadSubject; upload: AwaitedUpload } | null> {
    if (!UUID_PATTERN.test(uploadId)) return null;
    for (const subject of subjects) {
      const upload = await subject.find(uploadId);
      if (upload !== null) return { subject, upload };
    }
    return null;
  }
  const arrivals = createArrivalWatch({
    wish: { headMs: EARLY_HEAD_MS, longerThanMs: options.wholeUpToMs },
    path,
    sizeOf: (videoId) => readEarlySize(db, videoId),
    async onHeadThere(videoId) {
      if (await beginEarly({ db, clock }, videoId)) log.info({ videoId }, "upload.started-early");
    },
    onError: (error, videoId) => log.warn({ err: error, videoId }, "upload.not-started-early"),
  });
  const uploads = createTusUploads({
    directory: dirname(path("any")),
    basePath: "/uploads",
    now: clock,
    onError: (error, uploadId) => log.error({ err: error, uploadId }, "upload.failed"),
    async authorise(uploadId, token) {
      const { upload } = (await find(uploadId)) ?? {};
      if (!upload || !isTokenOf(token, upload.tokenHash)) return null;
      return { sizeBytes: upload.sizeBytes, expiresAt: upload.expiresAt };
    },
    onGrown: (videoId, storedBytes) => arrivals.onGrown(videoId, storedBytes),
    onTerminated: async (uploadId) => await (await find(uploadId))?.subject.terminate(uploadId),
    async onReceived(uploadId, path) {
      const found = await find(uploadId);
      if (found === null || found.upload.hasEnded) return;
      const { objectKey, sizeBytes } = found.upload;
      arrivals.forget(uploadId);
      await adopt(store, objectKey, path);
      await found.subject.receive(uploadId);
      options.onBytes?.(sizeBytes);
      log.info({ [found.subject.idField]: uploadId, sizeBytes }, "upload.received");
    },
  });
  const gateway: UploadGateway = {
    protocol: "TUS",
    async open({ uploadId, sizeBytes, expiresAt }) {
      const token = createToken();
      await uploads.create({ uploadId, sizeBytes, expiresAt });
      return { url: `${publicUrl}${uploads.addressPath(uploadId, token)}`, tokenHash: hashToken(token) };
    },
    remove: (uploadId) => uploads.remove(uploadId),
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
