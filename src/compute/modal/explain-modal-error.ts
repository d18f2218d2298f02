import type { LaunchErrorCode } from "../launch-error.ts";

/** Status codes of gRPC that decide. */
const codes: Readonly<Record<number, LaunchErrorCode>> = {
  3: "INVALID_REQUEST", // INVALID_ARGUMENT
  5: "NOT_FOUND", // NOT_FOUND
  7: "CREDENTIALS", // PERMISSION_DENIED
  8: "QUOTA", // RESOURCE_EXHAUSTED
  9: "INVALID_REQUEST", // FAILED_PRECONDITION
  16: "CREDENTIALS", // UNAUTHENTICATED
};

/** Errors of Modal's client, which have no status. */
const named: Readonly<Record<string, LaunchErrorCode>> = {
  InvalidError: "INVALID_REQUEST",
  NotFoundError: "NOT_FOUND",
  // Of a sandbox with a GPU that was not placed in time.
  ResourceExhaustedError: "NO_CAPACITY",
};

/** Why Modal refused. Anything else leaves open whether a sandbox started. Pure. */
export function explainModalError(error: unknown): { code: LaunchErrorCode; said: string } {
  if (!(error instanceof Error)) return { code: "UNAVAILABLE", said: String(error) };
  const { name, message } = error;
  if (message.startsWith("Image build for ")) return { code: "IMAGE_UNAVAILABLE", said: message };
  const { code: status, details } = error as { code?: unknown; details?: unknown };
  const said = typeof details === "string" && details !== "" ? details : message;
  if (typeof status === "number") {
    if (status === 8 && /spend|billing|payment|credit/i.test(said))
      return { code: "INSUFFICIENT_CREDIT", said };
    return { code: codes[status] ?? "UNAVAILABLE", said };
  }
  return { code: named[name] ?? "UNAVAILABLE", said };
}
