import { assertObjectKey, InvalidKeyError } from "@reelay/object-store";

/**
 * The key that a request's raw path names, or null if it names none. The path is read as it was sent, never normalised: "..", "%2e%2e" and
 * encoded slashes are refused rather than resolved.
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

/** Originals are the customer's material, not what viewers play. Any case: some file systems fold it. */
export const isSourceKey = (key: string): boolean => /^videos\/[^/]+\/source\//i.test(key);

/** A file to keep: browsers save it under its own name. */
export const isDownloadKey = (key: string): boolean =>
  /^videos\/[^/]+\/attempts\/[^/]+\/download\//i.test(key);

/** What an attempt was made by (commands, host names) is the operator's. */
export const isManifestKey = (key: string): boolean =>
  /^videos\/[^/]+\/attempts\/[^/]+\/manifest\.json$/i.test(key);
