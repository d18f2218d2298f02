/** A full disk, whether the store, PostgreSQL or one of our own files meets it first. */
import { StoreFullError as ObjectStoreFullError } from "@reelay/object-store";
import { StoreFullError } from "../errors/index.ts";

/** Error codes of the system and of PostgreSQL (`disk_full`). */
const codes: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "53100"]);

interface Fields {
  code?: unknown;
  originalCode?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown; code?: unknown } | null;
}

/**
 * Whether the error, or what caused it, says that there is no room left. The same request succeeds once there
 * is.
 */
export function isFullDisk(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (error instanceof StoreFullError || error instanceof ObjectStoreFullError) return true;
  const { code, originalCode, cause, meta } = error as Fields;
  if (codes.has(code) || codes.has(originalCode) || codes.has(meta?.code)) return true;
  return isFullDisk(meta?.driverAdapterError) || isFullDisk(cause);
}

/** A full disk as the failure that clients receive; any other error unchanged. */
export const asStoreFull = (error: unknown): unknown =>
  isFullDisk(error) && !(error instanceof StoreFullError) ? new StoreFullError({ cause: error }) : error;
