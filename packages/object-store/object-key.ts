import { InvalidKeyError } from "./errors.ts";

/** First segment of what the local adapter keeps for itself; no object may live below it. */
export const reservedSegment = ".store";

/** Bytes: what Google Cloud Storage takes for a name, and what file systems take for one segment of it. */
const maxKeyBytes = 1024;
const maxSegmentBytes = 255;

/**
 * Refuses keys that some store could not hold, or that a file system would read as a way out of its folder.
 *
 * Errors: `InvalidKeyError` with the reason.
 */
export function assertObjectKey(key: string): void {
  const reason = reasonAgainst(key) ?? (key === "" ? "is empty" : undefined);
  if (reason !== undefined) throw new InvalidKeyError(key, reason);
}

/** As `assertObjectKey`, for the beginning of keys: it may be empty and may end inside a segment or in `/`. */
export function assertKeyPrefix(prefix: string): void {
  const reason = reasonAgainst(prefix.endsWith("/") ? prefix.slice(0, -1) : prefix);
  if (reason !== undefined) throw new InvalidKeyError(prefix, reason);
  if (prefix === "/") throw new InvalidKeyError(prefix, "begins with a slash; keys are relative");
}

function reasonAgainst(key: string): string | undefined {
  if (key === "") return undefined;
  if (!key.isWellFormed()) return "is not well-formed Unicode";
  if (Buffer.byteLength(key) > maxKeyBytes) return `is longer than ${maxKeyBytes} bytes`;
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(key)) return "contains a control character or a backslash";
  const segments = key.split("/");
  if (segments[0] === "") return "begins with a slash; keys are relative";
  if (segments.includes("")) return "contains an empty segment";
  if (segments.includes(".") || segments.includes("..")) return 'contains a "." or ".." segment';
  // Lower case: some file systems fold case.
  if (segments[0]?.toLowerCase() === reservedSegment)
    return `begins with "${reservedSegment}", which is reserved`;
  if (segments.some((segment) => Buffer.byteLength(segment) > maxSegmentBytes))
    return `has a segment longer than ${maxSegmentBytes} bytes`;
  return undefined;
}

/** As `assertKeyPrefix`, for what is deleted as a whole: it ends in `/`, so that "a/1/" never takes "a/10/". */
export function assertKeyFolder(prefix: string): void {
  if (!prefix.endsWith("/")) throw new InvalidKeyError(prefix, "is not a folder: it must end in a slash");
  assertKeyPrefix(prefix);
}
