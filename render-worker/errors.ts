import type { ErrorScope, ReportedError } from "@reelay/contracts";
import { StoreFullError } from "@reelay/object-store";

/** A failure with a known cause, which becomes the attempt's outcome and part of its report. */
export class RenderError extends Error {
  readonly reported: ReportedError;
  constructor(reported: ReportedError, options?: ErrorOptions) {
    super(reported.message, options);
    this.name = "RenderError";
    this.reported = reported;
  }
}

/** The source is at fault; no other attempt can succeed. */
export const inputError = (code: string, message: string, logTail?: string): RenderError =>
  renderError("INPUT", false, code, message, logTail);

/** The same at a place of a script. Null: unknown. */
export function scriptError(
  code: string,
  message: string,
  place: { line: number | null; column: number | null },
  traceback: string | undefined,
): RenderError {
  const [line, column] = [place.line ?? undefined, place.column ?? undefined];
  const where = line === undefined ? "" : `line ${line}${column === undefined ? "" : `, column ${column}`}: `;
  const { reported } = inputError(code, `${where}${message}`, traceback);
  return new RenderError({ ...reported, ...(line && { line }), ...(column && { column }) });
}

/** The cause is not the source; another attempt may succeed. */
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

/** Whether the error, or its cause, is a full disk of this machine. */
const isFullDisk = (error: unknown): boolean =>
  error instanceof Error &&
  (["ENOSPC", "EDQUOT"].includes(String((error as NodeJS.ErrnoException).code)) || isFullDisk(error.cause));

/** The reported form of an error: its own details, or a retriable internal error if it was unexpected. */
export function toReportedError(error: unknown): ReportedError {
  if (error instanceof RenderError) return error.reported;
  if (error instanceof StoreFullError) {
    const message = "The object store is full. Free some space and try again.";
    return retriableError("STORAGE", "STORE_FULL", message).reported;
  }
  if (isFullDisk(error)) {
    const message = "The worker's temporary disk (WORK_DIR) is full. Free some space.";
    return retriableError("WORKER", "WORK_DIRECTORY_FULL", message).reported;
  }
  const text = error instanceof Error ? error.message : String(error);
  return {
    code: "INTERNAL",
    message: `The worker met an unexpected error: ${text.slice(0, 3_000)}. Its log has the details.`,
    scope: "INTERNAL",
    retriable: true,
  };
}
