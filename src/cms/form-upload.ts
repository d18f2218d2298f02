import type { IncomingMessage, ServerResponse } from "node:http";
import { objectKeys } from "@reelay/contracts";
import { type Authenticate, requireScope, tokenIn, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { UnauthenticatedError } from "../errors/index.ts";
import { pathOf, sendJson } from "../http/index.ts";
import { resultGone } from "../idempotency/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { overloaded, type TakeRequest } from "../overload/index.ts";
import { toSeconds } from "../streaming/index.ts";
import { maxBytesOf } from "../videos/index.ts";
import { estimateVideo } from "./estimate-video.ts";
import { FormBrokenOffError, formErrors } from "./form-error.ts";
import { receiveForm } from "./receive-form.ts";
import { refuse, toRefusal } from "./refuse.ts";
import { addressesForSender } from "./status-access.ts";
import { statusUrl } from "./video-status.ts";

const FORM_UPLOAD_PATH = "/api/cms/media/upload";

interface FormUploadOptions {
  deps: OperationDeps;
  authenticate: Authenticate;
  /** Throws `RateLimitedError` for a key with too many requests. Default: no limit. */
  takeRequest?: TakeRequest;
  /** Public URL of this API, without a trailing slash. */
  publicUrl: string;
  /** Receives the size of each received file. */
  onBytes?: (sizeBytes: number) => void;
  /**
   * Maximum number of concurrent forms; others must retry. Default 100: with Cloud Storage each holds
   * a chunk of 8 MiB.
   */
  maxRunning?: number;
  /**
   * Time for which a refused client's remaining bytes are read and discarded, so that it can read its answer.
   * Default 5,000 ms.
   */
  lingerMs?: number;
}

interface FormUpload extends AsyncDisposable {
  /** Number of forms in progress. */
  readonly running: number;
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Refuses new forms and asks current senders to send theirs again: a form cannot be resumed. */
  stop(): void;
}

/**
 * `POST /api/cms/media/upload`: a video and its metadata as a form, for systems that support nothing else.
 */
export function createFormUpload(options: FormUploadOptions): FormUpload {
  const { deps, authenticate, publicUrl, maxRunning = 100, lingerMs = 5_000 } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  const lingering = new Set<NodeJS.Timeout>();

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const viewer = await admit(req);
    const { videoId, isNew, sizeBytes } = await receiveForm(deps, viewer, req, stopping.signal);
    if (isNew) {
      options.onBytes?.(sizeBytes);
      deps.log.info({ videoId, sizeBytes }, "upload.received");
    }
    const id = encodeGlobalId("Video", videoId);
    const url = statusUrl(publicUrl, id);
    res.setHeader("Location", url);
    const { status, ...video } = await readCreated(videoId);
    const addressOf = await addressesForSender(deps, viewer, video);
    sendJson(res, isNew ? 201 : 200, {
      success: true,
      videoId: id,
      status: isNew ? ("PROCESSING" as const) : status,
      playbackPolicy: video.playbackPolicy,
      statusUrl: url,
      statusFileUrl: addressOf(objectKeys.status(videoId)),
      // The video exists: a missing estimate is not a failure.
      estimatedTime: toSeconds(await estimateVideo(deps, videoId).catch(() => null)),
      playbackUrl: addressOf(objectKeys.master(videoId)),
    });
  }

  async function readCreated(id: string) {
    const select = { id: true, workspaceId: true, status: true, playbackPolicy: true } as const;
    const video = await deps.db.video.findUnique({ where: { id }, select });
    if (video === null) throw resultGone();
    return video;
  }

  /** Before a byte of the form is read. */
  async function admit(req: IncomingMessage): Promise<Viewer> {
    if (req.method !== "POST") throw formErrors.method();
    if (stopping.signal.aborted) throw formErrors.closing();
    if (running.size >= maxRunning) throw overloaded();
    const token = tokenIn(req.headers.authorization);
    const viewer = token === null ? null : await authenticate(token);
    if (viewer === null) {
      throw new UnauthenticatedError(
        "This requires a valid API key or upload token: send the header `Authorization: Bearer <api key>`.",
      );
    }
    options.takeRequest?.(viewer);
    if (viewer.grant?.kind !== "UPLOAD") requireScope(viewer, "WRITE");
    // The form is larger than its file.
    const maxBytes = maxBytesOf(deps, viewer);
    if (Number(req.headers["content-length"] ?? 0) > maxBytes + 2 ** 20)
      throw formErrors.fileTooLarge(maxBytes);
    return viewer;
  }

  function fail(req: IncomingMessage, res: ServerResponse, error: unknown): void {
    if (error instanceof FormBrokenOffError) {
      deps.log.info({ err: error }, "form.aborted");
      res.destroy();
      return;
    }
    const refusal = toRefusal(error);
    if (refusal.isOurs) deps.log.error({ err: error, errorId: refusal.error.errorId }, "form.failed");
    if (refusal.status === 405) res.setHeader("Allow", "POST, OPTIONS");
    refuse(res, refusal);
    linger(req);
  }

  /** Closing a connection with unread bytes would discard the answer. */
  function linger(req: IncomingMessage): void {
    if (req.complete) return;
    req.resume();
    const timer = setTimeout(() => req.destroy(), lingerMs);
    lingering.add(timer);
    req.once("close", () => {
      clearTimeout(timer);
      lingering.delete(timer);
    });
  }

  return {
    get running() {
      return running.size;
    },
    async handle(req, res) {
      if (pathOf(req) !== FORM_UPLOAD_PATH) return false;
      const answering = answer(req, res).catch((error: unknown) => fail(req, res, error));
      running.add(answering);
      await answering.finally(() => running.delete(answering));
      return true;
    },
    stop: () => stopping.abort(formErrors.closing()),
    async [Symbol.asyncDispose]() {
      stopping.abort(formErrors.closing());
      await Promise.all(running);
      for (const timer of lingering) clearTimeout(timer);
    },
  };
}
