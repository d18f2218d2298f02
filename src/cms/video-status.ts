import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isSettled } from "@reelay/contracts";
import { LRUCache } from "lru-cache";
import type { Authenticate } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { NotFoundError } from "../errors/index.ts";
import { pathOf } from "../http/index.ts";
import { keyOf } from "../inputs/index.ts";
import { type StatusRows, statusColumns, toPublicStatus } from "../streaming/index.ts";
import { estimateVideo } from "./estimate-video.ts";
import { formErrors } from "./form-error.ts";
import { refuse, toRefusal } from "./refuse.ts";
import { admitReader } from "./status-access.ts";

const BASE_PATH = "/api/video-status/";

export const statusUrl = (publicUrl: string, id: string): string => `${publicUrl}${BASE_PATH}${id}`;

/** Cache lifetime of an answer: a video is looked up once in this time, however many clients ask. */
const REUSE_MS = 1_000;
const MOST_REUSED = 1_000;

/** A video's status, independent of the caller. */
interface Known {
  video: StatusRows;
  estimatedMs: number | null;
}

interface VideoStatusOptions {
  deps: OperationDeps;
  authenticate: Authenticate;
}

/**
 * `GET /api/video-status/{id}`: the current status.json, with this process's live progress and the queue's
 * time estimate. A PUBLIC video needs no key: the id is sufficient. A SIGNED video needs a token (`?token=`)
 * or an API key.
 *
 * Resolves to false, with the response untouched, if the request is for another path.
 */
export function createVideoStatus({ deps, authenticate }: VideoStatusOptions) {
  const answers = new LRUCache<string, { until: number; known: Promise<Known | null> }>({ max: MOST_REUSED });

  function ask(videoId: string): Promise<Known | null> {
    const now = performance.now();
    const before = answers.get(videoId);
    if (before && before.until > now) return before.known;
    const known = look(deps, videoId);
    answers.set(videoId, { until: now + REUSE_MS, known });
    known.catch(() => answers.delete(videoId));
    return known;
  }

  async function answer(req: IncomingMessage, res: ServerResponse, id: string): Promise<void> {
    if (req.method !== "GET" && req.method !== "HEAD") throw formErrors.statusMethod();
    const videoId = keyOf("Video", id);
    const reader = await admitReader(deps, authenticate, req, videoId ?? "");
    const found = reader === null || videoId === null ? null : await ask(videoId);
    if (reader === null || found === null) {
      throw new NotFoundError(
        "VIDEO_NOT_FOUND",
        `There is no video ${JSON.stringify(id.slice(0, 100))}; use the videoId that the upload was answered with.`,
      );
    }
    const body = `${JSON.stringify(toPublicStatus(found.video, reader.addresses, found.estimatedMs))}\n`;
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
    res.setHeader("ETag", etag);
    // As for status.json: a cache answers a crowd with one request.
    res.setHeader("Cache-Control", `${reader.isShared ? "public" : "private"}, max-age=1`);
    if (!reader.isShared || req.headers.authorization !== undefined) res.setHeader("Vary", "Authorization");
    const tags = (req.headers["if-none-match"] ?? "").split(",");
    const known = new Set(tags.map((tag) => tag.trim().replace(/^W\//, "")));
    if (known.has(etag) || known.has("*")) return void res.writeHead(304).end();
    const length = Buffer.byteLength(body);
    res.writeHead(200, { "Content-Type": "application/json; charset=utf-8", "Content-Length": length });
    res.end(req.method === "HEAD" ? undefined : body);
  }

  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const path = pathOf(req);
    if (!path.startsWith(BASE_PATH)) return false;
    await answer(req, res, path.slice(BASE_PATH.length)).catch((error: unknown) => {
      const refusal = toRefusal(error);
      if (refusal.isOurs) deps.log.error({ err: error, errorId: refusal.error.errorId }, "status.failed");
      if (refusal.status === 405) res.setHeader("Allow", "GET, HEAD, OPTIONS");
      refuse(res, refusal);
    });
    return true;
  };
}

async function look(deps: OperationDeps, videoId: string): Promise<Known | null> {
  const { db, live } = deps;
  const video = await db.video.findUnique({ where: { id: videoId }, select: statusColumns });
  if (video === null) return null;
  const variants = video.variants.map((variant) => {
    const progress = isSettled(variant.status)
      ? undefined
      : live.variant(videoId, variant.attemptId, variant.name);
    return progress && progress.fraction >= variant.fraction
      ? { ...variant, fraction: progress.fraction }
      : variant;
  });
  return { video: { ...video, variants }, estimatedMs: await estimateVideo(deps, videoId) };
}
