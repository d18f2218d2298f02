import { attachment } from "@reelay/contracts";
import type { StoredObject } from "@reelay/object-store";
import { isDownloadKey } from "./media-key.ts";
import { etagOf, type MediaPlan } from "./plan-response.ts";

type Headers = Record<string, string | number>;

/** Players on any site may read media; they hold no cookie that could be stolen here. */
export const openToAll: Headers = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Content-Length, Content-Range, ETag, Last-Modified",
  // For isolated pages (COEP).
  "cross-origin-resource-policy": "cross-origin",
  "x-content-type-options": "nosniff",
};

export const preflight: Headers = {
  ...openToAll,
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "Range, If-Range, If-None-Match, If-Modified-Since",
  "access-control-max-age": 86_400,
};

/** Additions of playback access to an object's headers. */
export interface Served {
  cacheControl: string;
  /** The file name for downloads; derived from the key by default. */
  disposition?: string;
}

export function headersOf(object: StoredObject, plan: MediaPlan, served: Served): Headers {
  const validators = {
    ...openToAll,
    etag: etagOf(object),
    "last-modified": object.updatedAt.toUTCString(),
    "cache-control": served.cacheControl,
  };
  if (plan.status === 304) return validators;
  if (plan.status === 416)
    return { ...openToAll, "cache-control": "no-store", "content-range": `bytes */${object.sizeBytes}` };
  const isPart = plan.status === 206;
  return {
    ...validators,
    "content-type": object.contentType,
    "accept-ranges": "bytes",
    "content-length": isPart ? plan.end - plan.start + 1 : object.sizeBytes,
    ...(isPart && { "content-range": `bytes ${plan.start}-${plan.end}/${object.sizeBytes}` }),
    ...(isDownloadKey(object.key) && { "content-disposition": served.disposition ?? attachment(object.key) }),
  };
}
