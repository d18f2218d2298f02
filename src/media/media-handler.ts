import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { attachment, downloadName } from "@reelay/contracts";
import {
  cacheControlOf,
  type ObjectStore,
  readOrNull,
  type StoredObject,
  signedCacheControlOf,
} from "@reelay/object-store";
import {
  type AcceptedToken,
  type PlaybackAccess,
  type Purpose,
  refusals,
  requestOrigin,
  splitToken,
} from "../playback-access/index.ts";
import { headersOf, openToAll, preflight, type Served } from "./media-headers.ts";
import { isDownloadKey, isManifestKey, isSourceKey, parseMediaKey } from "./media-key.ts";
import { type MediaPlan, planResponse } from "./plan-response.ts";

export interface MediaHandlerOptions {
  store: ObjectStore;
  /** Decides who may read an object, by its video's policy and the token in the path. */
  access: Pick<PlaybackAccess, "check" | "titleOf">;
  /** Begins and ends with `/`. Example: `/media/`. */
  basePath: string;
  /** Called with the key of an object that a client may read and that is not there. */
  onMissing?: (key: string) => void;
  /** Receives internal errors. The client gets a 500, or a broken connection if it had started reading. */
  onError?: (error: unknown, key: string) => void;
}

/** Resolves to false, with the response untouched, when the request is not for media. */
type MediaHandler = (req: IncomingMessage, res: ServerResponse) => Promise<boolean>;

/**
 * Serves a store's objects to players: ranges, conditions, types, caching, any origin.
 *
 * `send` and `serve-static` are unsuitable: they read a file twice, so a playlist replaced in between would
 * be sent with the old one's ETag and length. Here headers and bytes are from one generation.
 */
export function createMediaHandler(options: MediaHandlerOptions): MediaHandler {
  const { store, access, basePath, onError } = options;
  return async (req, res) => {
    const path = req.url?.split("?", 1)[0] ?? "";
    if (!path.startsWith(basePath)) return false;
    if (req.method === "OPTIONS") {
      res.writeHead(204, preflight).end();
      return true;
    }
    if (req.method !== "GET" && req.method !== "HEAD") {
      const message = `${req.method} is not possible on media; use GET or HEAD.`;
      refuse(res, 405, { code: "METHOD_NOT_ALLOWED", message }, { allow: "GET, HEAD, OPTIONS" });
      return true;
    }
    const { token, rest } = splitToken(path.slice(basePath.length));
    const key = parseMediaKey(rest);
    try {
      // Before the store: a SIGNED video without a token is answered in the time of one that does not exist.
      const granted = await access.check({
        token,
        videoId: (key !== null && videoOfKey(key)) || "",
        purposes: key === null ? [] : purposesOf(key),
        origin: requestOrigin(req),
      });
      if (!granted.isAllowed && granted.code !== null) {
        refuse(res, 403, { code: granted.code, message: refusals[granted.code] });
        return true;
      }
      const isHidden = !granted.isAllowed || key === null || isManifestKey(key) || isSourceKey(key);
      if (isHidden) refuseMissing(res, path);
      else if (!(await serve(store, key, await servedAs(key, granted.token), req, res))) {
        options.onMissing?.(key);
        refuseMissing(res, path);
      }
    } catch (error) {
      // A viewer who leaves is not an error.
      if (res.destroyed) return true;
      onError?.(error, key ?? basePath);
      if (res.headersSent) res.destroy();
      else refuse(res, 500, { code: "INTERNAL", message: "The media store could not be read; try again." });
    }
    return true;
  };

  /** Below a token, the customer has decided who may see the title. */
  async function servedAs(key: string, accepted: AcceptedToken | null): Promise<Served> {
    if (accepted === null) return { cacheControl: cacheControlOf(key) };
    const cacheControl = signedCacheControlOf(key, accepted.leftS);
    const title = isDownloadKey(key) ? await access.titleOf(accepted.videoId) : null;
    return { cacheControl, ...(title !== null && { disposition: attachment(downloadName(title)) }) };
  }
}

/** False if the object does not exist. */
async function serve(
  store: ObjectStore,
  key: string,
  served: Served,
  req: IncomingMessage,
  res: ServerResponse,
) {
  let object = await store.head(key);
  while (object !== null) {
    const plan = planResponse(
      object,
      req.method === "GET" ? req.headers : { ...req.headers, range: undefined },
    );
    if (req.method === "HEAD" || plan.status === 304 || plan.status === 416) {
      answer(res, object, plan, served);
      return true;
    }
    const range = plan.status === 206 ? { start: plan.start, end: plan.end } : {};
    const read = await readOrNull(store, key, range);
    if (read !== null && read.object.generation === object.generation) {
      try {
        res.writeHead(plan.status, headersOf(object, plan, served));
        await pipeline(read.body, res);
      } finally {
        // `pipeline` leaves it open if the viewer has already left.
        read.body.destroy();
      }
      return true;
    }
    // Replaced since the check: decide again for the current object.
    read?.body.destroy();
    object = read?.object ?? null;
  }
  return false;
}

function answer(res: ServerResponse, object: StoredObject, plan: MediaPlan, served: Served): void {
  if (plan.status !== 416) {
    res.writeHead(plan.status, headersOf(object, plan, served)).end();
    return;
  }
  const message = `The range lies outside the object, which has ${object.sizeBytes} bytes.`;
  refuse(res, 416, { code: "RANGE_NOT_SATISFIABLE", message }, headersOf(object, plan, served));
}

const refuseMissing = (res: ServerResponse, path: string): void =>
  refuse(res, 404, { code: "NOT_FOUND", message: `There is no media at ${path}.` });

function refuse(
  res: ServerResponse,
  status: number,
  error: { code: string; message: string },
  headers: Record<string, string | number> = {},
): void {
  const body = JSON.stringify(error);
  const type = {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  };
  res.writeHead(status, { ...openToAll, "cache-control": "no-store", ...headers, ...type }).end(body);
}

/** The video of an object; null for keys outside of a video. */
const videoOfKey = (key: string): string | null => /^videos\/([^/]+)\/./.exec(key)?.[1] ?? null;

/** The purposes of the tokens that may read an object. */
export function purposesOf(key: string): readonly Purpose[] {
  if (isDownloadKey(key)) return ["DOWNLOAD"];
  return /^videos\/[^/]+\/status\.json$/.test(key) ? ["PLAY", "STATUS"] : ["PLAY"];
}
