import type { IncomingMessage, ServerResponse } from "node:http";
import { objectKeys } from "@reelay/contracts";
import { type Authenticate, tokenIn } from "../auth/authenticate.ts";
import { requireScope, type Viewer } from "../auth/viewer.ts";
import type { OperationDeps } from "../deps.ts";
import { UnauthenticatedError } from "../errors.ts";
import { encodeGlobalId } from "../global-id.ts";
import { sendJson } from "../http/json.ts";
import { pathOf } from "../http/path.ts";
import { resultGone } from "../idempotency.ts";
import type { TakeRequest } from "../overload/rate-limit.ts";
import { overloaded } from "../overload/refuse.ts";
import { maxBytesOf } from "../videos/create-video.ts";
import { toSeconds } from "../videos/public-status.ts";
import { estimateVideo } from "./estimate-video.ts";
import { FormBrokenOffError, formErrors } from "./form-error.ts";
import { receiveForm } from "./receive-form.ts";
import { refuse, toRefusal } from "./refuse.ts";
import { addressesForSender } from "./status-access.ts";
import { statusUrl } from "./video-status.ts";

export const formUploadPath = "/api/cms/media/upload";

export interface FormUploadOptions {
  deps: OperationDeps;
  authenticate: Authenticate;
  /** Throws `RateLimitedError` for a key that asks too often. Default: none does. */
  takeRequest?: TakeRequest;
  /** Where clients reach this API, without a slash at the end. */
  publicUrl: string;
  /** Told how many bytes a received file had. */
  onBytes?: (sizeBytes: number) => void;
  /** Forms that are taken at once; more are told to come again. Default 100: with Cloud Storage each holds a chunk of 8 MiB. */
  maxRunning?: number;
  /** For how long what a refused client still sends is read and forgotten, so that it gets to read its answer. Default 5,000 ms. */
  lingerMs?: number;
}

export interface FormUpload extends AsyncDisposable {
  /** Forms that are being taken. */
  readonly running: number;
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Takes nothing new, and tells those who are sending to do so again: a form cannot be resumed. */
  stop(): void;
}

/** `POST /api/cms/media/upload`: a video and what is to be said of it, as a form. For systems that can do nothing else. */
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
      // The video is there: that nobody can say how long it takes is no failure.
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
        "This needs an API key or an upload token that is known and valid: send the header `Authorization: Bearer <api key>`.",
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
      deps.log.info({ err: error }, "form.broken-off");
      res.destroy();
      return;
    }
    const refusal = toRefusal(error);
    if (refusal.isOurs) deps.log.error({ err: error, errorId: refusal.error.errorId }, "form.failed");
    if (refusal.status === 405) res.setHeader("Allow", "POST, OPTIONS");
    refuse(res, refusal);
    linger(req);
  }

  /** A connection that is closed with bytes unread takes the answer with it. */
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
      if (pathOf(req) !== formUploadPath) return false;
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
