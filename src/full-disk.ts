/** A full disk, whoever meets it first: the store, PostgreSQL, or a file of our own. */
import { StoreFullError as ObjectStoreFullError } from "@reelay/object-store";
import { StoreFullError } from "./errors.ts";

/** Of the system, and of PostgreSQL (`disk_full`). */
const codes: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "53100"]);

interface Fields {
  code?: unknown;
  originalCode?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown; code?: unknown } | null;
}

/** Whether the error, or what caused it, says that there is no room left. The same request succeeds once there is. */
export function isFullDisk(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (error instanceof StoreFullError || error instanceof ObjectStoreFullError) return true;
  const { code, originalCode, cause, meta } = error as Fields;
  if (codes.has(code) || codes.has(originalCode) || codes.has(meta?.code)) return true;
  return isFullDisk(meta?.driverAdapterError) || isFullDisk(cause);
}

/** A full disk as the failure that clients are told; any other error as it is. */
export const asStoreFull = (error: unknown): unknown =>
  isFullDisk(error) && !(error instanceof StoreFullError) ? new StoreFullError({ cause: error }) : error;
