import { assertObjectKey, InvalidKeyError } from "@reelay/object-store";

/**
 * The key in a request's raw path, or null if there is none. The path is read as sent, never normalized:
 * "..", "%2e%2e" and encoded slashes are refused rather than resolved.
 */
export function parseMediaKey(path: string): string | null {
  try {
    const segments = path.split("/").map(decodeURIComponent);
    if (segments.some((segment) => segment.includes("/"))) return null;
    const key = segments.join("/");
    assertObjectKey(key);
    return key;
  } catch (error) {
    if (error instanceof URIError || error instanceof InvalidKeyError) return null;
    throw error;
  }
}

/**
 * True for what is never played: originals and materials, which customers uploaded, and what is kept for
 * later videos. Ignores case, because some file systems fold it.
 */
export const isSourceKey = (key: string): boolean =>
  /^(?:videos\/[^/]+\/source|materials|speech|chunks)\//i.test(key);

/** A file to keep: browsers save it under its own name. */
export const isDownloadKey = (key: string): boolean =>
  /^videos\/[^/]+\/attempts\/[^/]+\/download\//i.test(key);

/** True for an attempt's manifest (commands, host names), which is for the operator only. */
export const isManifestKey = (key: string): boolean =>
  /^videos\/[^/]+\/attempts\/[^/]+\/manifest\.json$/i.test(key);
