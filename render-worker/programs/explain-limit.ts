import { inputError, type RenderError, retriableError } from "../errors.ts";
import type { ProgramEnd } from "./result.ts";

/**
 * Explains which limit of its jail a program exceeded; null if none. Memory may depend on this worker: the
 * next attempt gets more, or another worker. The other limits are beyond any regular source.
 */
export function explainLimit(
  endedFor: ProgramEnd | null,
  logTail: string,
  program = "ffmpeg",
): RenderError | null {
  if (endedFor === "MEMORY_LIMIT") {
    return retriableError(
      "WORKER",
      "MEMORY_LIMIT",
      `${program} tried to allocate more memory than its limit. The next attempt gets twice as much. If this happens often, give the worker more memory (WORKER_MEMORY_BYTES).`,
      logTail,
    );
  }
  if (endedFor === "TIME_LIMIT") {
    return inputError(
      "TIME_LIMIT",
      `${program} used more CPU time than any source of this length and size needs. ${ENCODE_AGAIN}`,
      logTail,
    );
  }
  if (endedFor === "FORBIDDEN") {
    return inputError(
      "FORBIDDEN",
      `${program} was stopped because it made a system call that its jail forbids. ${ENCODE_AGAIN} If every source fails like this, report it with the worker's log.`,
      logTail,
    );
  }
  if (endedFor === "OUTPUT_TOO_LONG") {
    return inputError(
      "OUTPUT_TOO_LARGE",
      `${program} wrote a larger file than any source of this length needs. ${ENCODE_AGAIN}`,
      logTail,
    );
  }
  return null;
}

const ENCODE_AGAIN = "The file may be damaged or malicious: encode it again and upload the result.";
