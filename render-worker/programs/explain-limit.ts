import { inputError, type RenderError, retriableError } from "../errors.ts";
import type { ProgramEnd } from "./result.ts";

/**
 * The limit of its jail that a program ran into, as an error; null when it ran into none. Memory may be a matter of this worker: the next attempt gets
 * more, or another worker. The others are set so that no honest source comes near.
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
      `${program} asked for more memory than its limit. The next attempt gets twice as much. If it happens often, give the worker more memory (WORKER_MEMORY_BYTES).`,
      logTail,
    );
  }
  if (endedFor === "TIME_LIMIT") {
    return inputError(
      "TIME_LIMIT",
      `${program} used more CPU time than any source of this length and size needs. ${encodeAgain}`,
      logTail,
    );
  }
  if (endedFor === "FORBIDDEN") {
    return inputError(
      "FORBIDDEN",
      `${program} was ended because it asked the system for something that its jail forbids. ${encodeAgain} If every source fails like this, report it with the worker's log.`,
      logTail,
    );
  }
  if (endedFor === "OUTPUT_TOO_LONG") {
    return inputError(
      "OUTPUT_TOO_LARGE",
      `${program} wrote a larger file than any source of this length needs. ${encodeAgain}`,
      logTail,
    );
  }
  return null;
}

const encodeAgain = "The file may be damaged or made to do harm: encode it again and upload the result.";
