import { InvalidKeyError, StoreFullError } from "../errors.ts";

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** The path does not exist: it is missing, or one of its folders is missing or a file. */
export const isMissing = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "");

/**
 * Converts a full disk or quota, and a key that collides with a folder, to store errors. Returns other errors
 * unchanged.
 */
export function asStoreError(key: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new StoreFullError(key, { cause: error });
    case "EEXIST":
    case "EISDIR":
    case "ENOTDIR":
    case "ENOTEMPTY":
      return new InvalidKeyError(key, "lies above or below another object; choose another key");
    default:
      return error;
  }
}
