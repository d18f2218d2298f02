import { InvalidKeyError } from "./errors.ts";

/** First segment of the local adapter's own files. No object may be stored below it. */
export const RESERVED_SEGMENT = ".store";

/** Limits in bytes: Google Cloud Storage's for a name, and file systems' for one segment. */
const MAX_KEY_BYTES = 1024;
const MAX_SEGMENT_BYTES = 255;

/**
 * Refuses keys that some store cannot hold, or that lead out of a file system folder.
 *
 * Errors: `InvalidKeyError` with the reason.
 */
export function assertObjectKey(key: string): void {
  const reason = reasonAgainst(key) ?? (key === "" ? "is empty" : undefined);
  if (reason !== undefined) throw new InvalidKeyError(key, reason);
}

/**
 * Like `assertObjectKey`, for key prefixes: a prefix may be empty and may end inside a segment or with `/`.
 */
export function assertKeyPrefix(prefix: string): void {
  const reason = reasonAgainst(prefix.endsWith("/") ? prefix.slice(0, -1) : prefix);
  if (reason !== undefined) throw new InvalidKeyError(prefix, reason);
  if (prefix === "/") throw new InvalidKeyError(prefix, "begins with a slash; keys are relative");
}

function reasonAgainst(key: string): string | undefined {
  if (key === "") return undefined;
  if (!key.isWellFormed()) return "is not well-formed Unicode";
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `is longer than ${MAX_KEY_BYTES} bytes`;
  // oxlint-disable-next-line no-control-regex -- the check looks for control characters
  if (/[\u0000-\u001f\u007f\\]/.test(key)) return "contains a control character or a backslash";
  const segments = key.split("/");
  if (segments[0] === "") return "begins with a slash; keys are relative";
  if (segments.includes("")) return "contains an empty segment";
  if (segments.includes(".") || segments.includes("..")) return 'contains a "." or ".." segment';
  // Compared in lower case: some file systems fold case.
  if (segments[0]?.toLowerCase() === RESERVED_SEGMENT)
    return `begins with "${RESERVED_SEGMENT}", which is reserved`;
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES))
    return `has a segment longer than ${MAX_SEGMENT_BYTES} bytes`;
  return undefined;
}

/**
 * Like `assertKeyPrefix`, for deleting a folder: the prefix ends with `/`, so that "a/1/" never covers
 * "a/10/".
 */
export function assertKeyFolder(prefix: string): void {
  if (!prefix.endsWith("/")) throw new InvalidKeyError(prefix, "is not a folder: it must end in a slash");
  assertKeyPrefix(prefix);
}

/** The address of a key below `base`, which ends in `/`. */
export const publicUrlOf = (base: string, key: string): string =>
  base + key.split("/").map(encodeURIComponent).join("/");
