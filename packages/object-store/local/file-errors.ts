import { InvalidKeyError, StoreFullError } from "../errors.ts";

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** Nothing lies at the path: missing, or one of its folders is missing or a file. */
export const isMissing = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "");

/** A full disk or quota, and a key that collides with a folder, in the store's words; other errors as they are. */
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
