import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { resolve } from "node:path";
import { Server } from "@tus/server";
import { isFullDisk } from "../full-disk/index.ts";
import { DiskStore } from "./disk-store.ts";
import { createReception, type OnReceived } from "./reception.ts";
import { answerReceived, refuse } from "./respond.ts";
import { type SweptUploads, sweepUploads } from "./sweep-uploads.ts";
import { checksumAlgorithms, parseChecksum, withChecksum } from "./upload-checksum.ts";
import { InvalidUploadSizeError, refusalOf, refusals } from "./upload-errors.ts";
import { createUploadFiles } from "./upload-files.ts";
import { createUploadLocker } from "./upload-locker.ts";

interface TusUploadsOptions {
  /**
   * Folder for arriving bytes, on the object store's file system, so that a rename adopts a received file.
   */
  directory: string;
  /** Begins with `/` and has no trailing slash. Example: `/uploads`. */
  basePath: string;
  /** The token's permissions, or null: unknown upload or wrong token. Compare hashes (`isTokenOf`). */
  authorise: (uploadId: string, token: string) => Promise<{ sizeBytes: number; expiresAt: Date } | null>;
  onReceived: OnReceived;
  /**
   * Called often with the bytes stored at `path(uploadId)` while an upload arrives: must be fast and not
   * throw.
   */
  onGrown?: (uploadId: string, storedBytes: number) => void;
  /** The client terminated the upload. Repeated until it resolves, also after a crash: must be idempotent. */
  onTerminated?: (uploadId: string) => Promise<void>;
  /** Receives internal failures: of `onReceived` and of the disk. */
  onError?: (error: unknown, uploadId: string) => void;
  now?: () => Date;
  /**
   * Maximum number of concurrent requests; others must retry. Default 1,000: each holds two open
   * files.
   */
  maxRunning?: number;
  /** Time for a writer that must yield. Default 500 ms. */
  lockDrainMs?: number;
  /** Time that a request waits for another to yield. Default 10,000 ms. */
  lockTimeoutMs?: number;
}

export interface TusUploads extends AsyncDisposable {
  /** Serves HEAD, PATCH, DELETE and OPTIONS of the tus protocol below the base path. Never rejects. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Prepares the upload for writing. Idempotent. Throws `InvalidUploadSizeError`. */
  create(upload: { uploadId: string; sizeBytes: number; expiresAt: Date }): Promise<void>;
  /**
   * The path of the upload's URL. The token is part of it, because some clients and proxies drop query
   * strings.
   */
  addressPath(uploadId: string, token: string): string;
  isComplete(uploadId: string): Promise<boolean>;
  /** Path of the bytes until `onReceived` has moved them. */
  path(uploadId: string): string;
  /** Forgets the upload and its bytes. */
  remove(uploadId: string): Promise<void>;
  /**
   * Refuses new requests and ends running ones where they are: the client receives the offset or loses its
   * connection, and resumes at another process. Requests have `lockDrainMs` for this; disposing waits for
   * them, then aborts the rest.
   */
  stop(): void;
  /** Hands over complete uploads that a crash left behind, and removes expired ones. */
  sweep(now: Date): Promise<SweptUploads>;
}

/**
 * Resumable uploads into a local folder by the tus protocol. Only the API creates them; clients resume
 * (`uploadUrl` in tus-js-client).
 */
export function createTusUploads(options: TusUploadsOptions): TusUploads {
  const { basePath, authorise, onReceived, onError, maxRunning = 1_000, now = () => new Date() } = options;
  const files = createUploadFiles(resolve(options.directory));
  mkdirSync(files.directory, { recursive: true });
  const reception = createReception(files, onReceived);
  const running = new Map<IncomingMessage, Promise<void>>();
  let isClosing = false;

  const locker = createUploadLocker(files, options.lockTimeoutMs ?? 10_000);
  const tus = new Server({
    path: basePath,
    datastore: new DiskStore(files, {
      ...(options.onGrown && { onGrown: options.onGrown }),
      ...(options.onTerminated && { onTerminated: tellTerminated }),
    }),
    locker,
    lockDrainTimeout: options.lockDrainMs ?? 500,
    disableTerminationForFinishedUploads: true,
    getFileIdFromRequest: (_req, lastPath) => parseAddress(lastPath ?? "")?.uploadId,
    async onUploadFinish(_req, upload) {
      await reception.receive(upload.id).catch((error: unknown) => {
        onError?.(error, upload.id);
        const { status, code } = isFullDisk(error) ? refusals.full : refusals.notTaken;
        throw { status_code: status, body: code };
      });
      return {};
    },
    onResponseError(req, error) {
      const { status, code, message } = refusalOf(error);
      if (status === 500) onError?.(error, parseAddress(new URL(req.url).pathname)?.uploadId ?? "");
      return { status_code: status, body: JSON.stringify({ code, message }) };
    },
  });

  async function create({ uploadId, sizeBytes, expiresAt }: Parameters<TusUploads["create"]>[0]) {
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 1)
      throw new InvalidUploadSizeError(uploadId, sizeBytes);
    const isKnown = (await files.record(uploadId)) !== null || (await files.end(uploadId)) !== null;
    if (!isKnown) await files.create(uploadId, sizeBytes, expiresAt);
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.method === "OPTIONS") {
      res.setHeader("Tus-Checksum-Algorithm", checksumAlgorithms.join(","));
      return tus.handle(req, res);
    }
    if (req.method === "POST") return refuse(res, refusals.create);
    if (!["HEAD", "PATCH", "DELETE"].includes(req.method ?? "")) return refuse(res, refusals.method);
    if (req.headers["tus-resumable"] !== "1.0.0") return refuse(res, refusals.version);
    const given = req.headers["upload-checksum"];
    const checksum = given === undefined ? undefined : parseChecksum(String(given));
    if (checksum === null) return refuse(res, refusals.checksum);
    const address = parseAddress(req.url?.split("?", 1)[0] ?? "");
    const allowed = address && (await authorise(address.uploadId, address.token));
    if (!address || !allowed) return refuse(res, refusals.unknown);
    const { uploadId } = address;
    if (allowed.expiresAt <= now()) return refuse(res, refusals.expired);
    // The process may have died between the database row and the file.
    await create({ uploadId, ...allowed });
    if (req.method !== "DELETE" && (await isReceived(uploadId))) {
      const isAtEnd = req.method === "HEAD" || req.headers["upload-offset"] === String(allowed.sizeBytes);
      return isAtEnd ? answerReceived(res, req.method, allowed.sizeBytes) : refuse(res, refusals.offset);
    }
    if ((await files.end(uploadId))?.outcome === "terminated") return refuse(res, refusals.terminated);
    const handle = () => Promise.race([tus.handle(req, res), untilEnded(res)]);
    await (checksum === undefined ? handle() : withChecksum(checksum, handle));
  }

  /** A sweep does what fails now: for the client the upload is terminated. */
  async function tellTerminated(uploadId: string): Promise<void> {
    await options.onTerminated?.(uploadId).catch((error: unknown) => onError?.(error, uploadId));
  }

  /** True once the upload was handed on, which a crash may have left to this request. */
  async function isReceived(uploadId: string): Promise<boolean> {
    try {
      return await reception.receive(uploadId);
    } catch (error) {
      onError?.(error, uploadId);
      throw isFullDisk(error) ? refusals.full : refusals.notTaken;
    }
  }

  function stop() {
    isClosing = true;
    locker.releaseAll();
  }

  return {
    async handle(req, res) {
      if (isClosing) return refuse(res, refusals.closing);
      if (running.size >= maxRunning) return refuse(res, refusals.tooMany);
      const answering = answer(req, res).catch((error: unknown) => {
        const known = [refusals.notTaken, refusals.full].find((refusal) => refusal === error);
        if (known !== undefined) return refuse(res, known);
        onError?.(error, parseAddress(req.url ?? "")?.uploadId ?? "");
        refuse(res, isFullDisk(error) ? refusals.full : refusalOf({}));
      });
      running.set(req, answering);
      await answering.finally(() => running.delete(req));
    },
    create,
    addressPath: (uploadId, token) => `${basePath}/${uploadId}.${token}`,
    isComplete: (uploadId) => reception.isComplete(uploadId),
    path: (uploadId) => files.path(uploadId),
    remove: (uploadId) => files.remove(uploadId),
    stop,
    sweep: (now) => sweepUploads(files, reception, now, options.onTerminated),
    async [Symbol.asyncDispose]() {
      isClosing = true;
      for (const req of running.keys()) req.destroy();
      await Promise.all(running.values());
    },
  };

  function parseAddress(path: string): { uploadId: string; token: string } | undefined {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const dot = name.indexOf(".");
    const [uploadId, token] = dot < 0 ? ["", ""] : [name.slice(0, dot), name.slice(dot + 1)];
    return files.isUploadId(uploadId) && token !== "" ? { uploadId, token } : undefined;
  }
}

/**
 * Resolves once an answer was sent and its connection has closed. The tus server waits for its answer to be
 * sent, which never happens if the client has left; before the answer, bytes may still be on their way to the
 * disk, so the end of the connection alone is not sufficient.
 */
function untilEnded(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = res.end.bind(res) as (...given: unknown[]) => ServerResponse;
    res.end = ((...given: unknown[]) => {
      const ended = end(...given);
      if (res.closed || res.destroyed) resolve();
      else res.once("close", () => resolve());
      return ended;
    }) as typeof res.end;
  });
}
