import type { ErrorScope, ReportedError } from "@reelay/contracts";
import { StoreFullError } from "@reelay/object-store";

/** A failure whose cause is known where it is thrown: carried to the attempt's outcome and from there into its report. */
export class RenderError extends Error {
  readonly reported: ReportedError;
  constructor(reported: ReportedError, options?: ErrorOptions) {
    super(reported.message, options);
    this.name = "RenderError";
    this.reported = reported;
  }
}

/** The source is at fault: no other attempt can do better. */
export const inputError = (code: string, message: string, logTail?: string): RenderError =>
  renderError("INPUT", false, code, message, logTail);

/** Something around the source is at fault: another attempt may do better. */
export const retriableError = (
  scope: ErrorScope,
  code: string,
  message: string,
  logTail?: string,
  cause?: unknown,
): RenderError => renderError(scope, true, code, message, logTail, cause);

function renderError(
  scope: ErrorScope,
  retriable: boolean,
  code: string,
  message: string,
  logTail?: string,
  cause?: unknown,
): RenderError {
  const tail = logTail?.slice(-16_000);
  return new RenderError(
    { code, message: message.slice(0, 4_000), scope, retriable, ...(tail ? { logTail: tail } : {}) },
    cause === undefined ? undefined : { cause },
  );
}

/** Whether the error, or what caused it, is a full disk of this machine. */
const isFullDisk = (error: unknown): boolean =>
  error instanceof Error &&
  (["ENOSPC", "EDQUOT"].includes(String((error as NodeJS.ErrnoException).code)) || isFullDisk(error.cause));

/** What is reported of anything thrown: the error's own account, or a retriable internal one for what nobody foresaw. */
export function toReportedError(error: unknown): ReportedError {
  if (error instanceof RenderError) return error.reported;
  if (error instanceof StoreFullError) {
    const message = "The object store has no room left; free some space and try again.";
    return retriableError("STORAGE", "STORE_FULL", message).reported;
  }
  if (isFullDisk(error)) {
    const message = "The worker's temporary disk (WORK_DIR) is full; free some space on it.";
    return retriableError("WORKER", "WORK_DIRECTORY_FULL", message).reported;
  }
  const text = error instanceof Error ? error.message : String(error);
  return {
    code: "INTERNAL",
    message: `The worker met an error that it does not know: ${text.slice(0, 3_000)}. Its log has the details.`,
    scope: "INTERNAL",
    retriable: true,
  };
}
