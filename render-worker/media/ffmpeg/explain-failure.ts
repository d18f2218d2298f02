import { inputError, type RenderError, retriableError } from "../../errors.ts";
import { explainLimit, type ProgramResult } from "../../programs/index.ts";

const keptLines = 50;

const lastLines = (text: string): string => text.trimEnd().split("\n").slice(-keptLines).join("\n");

/** What an ffmpeg that did not succeed means, decided from how it ended and what it said. */
export function explainFfmpegFailure(
  result: Pick<ProgramResult, "exitCode" | "signal" | "endedFor" | "stderr" | "oomKills">,
): RenderError {
  const { exitCode, signal, oomKills, endedFor } = result;
  const logTail = lastLines(result.stderr);
  const worker = (code: string, message: string) => retriableError("WORKER", code, message, logTail);
  if (endedFor === "STALLED") {
    return worker(
      "ENCODER_STALLED",
      "ffmpeg made no progress for a long time and was ended; another attempt may get through.",
    );
  }
  const limit = explainLimit(endedFor, logTail);
  if (limit !== null) return limit;
  if (/No space left on device|Disk quota exceeded/.test(logTail)) {
    return worker(
      "WORK_DIRECTORY_FULL",
      "The worker's temporary disk (WORK_DIR) is full; free some space on it.",
    );
  }
  if (signal === "SIGKILL" && oomKills !== 0) {
    const who = oomKills === null ? "by the system, most likely" : "by the kernel";
    return worker(
      "ENCODER_OUT_OF_MEMORY",
      `ffmpeg needed more memory than had been estimated and was ended ${who} for lack of it; the next attempt takes twice as much into account. Give the worker more memory, or fewer slots, if it happens often.`,
    );
  }
  if (isShortOfMemory(logTail)) {
    return worker(
      "ENCODER_OUT_OF_MEMORY",
      "ffmpeg asked for more memory than it may have; the next attempt takes twice as much into account. Give the worker more memory if it happens often.",
    );
  }
  if (signal !== null) {
    return worker(
      "ENCODER_KILLED",
      `ffmpeg was ended from outside by ${signal}; another attempt may get through.`,
    );
  }
  if (/exceeds specified max pixel count/.test(logTail)) {
    return inputError(
      "SOURCE_TOO_MANY_PIXELS",
      "The source's picture grows beyond the pixels that are taken. Scale it down, or raise MAX_SOURCE_PIXELS.",
      logTail,
    );
  }
  if (
    /Codec \([^()\n]{1,100}\) not on whitelist|Decoder \([^()\n]{1,100}\) not found|no decoder found for|Decoding requested, but no decoder/i.test(
      logTail,
    )
  ) {
    return inputError(
      "SOURCE_CODEC_UNSUPPORTED",
      "The source's codec cannot be decoded here. Convert it to H.264 and upload that.",
      logTail,
    );
  }
  if (
    /Invalid data found when processing input|Error while decoding|Error submitting packet to decoder|Nothing was written/.test(
      logTail,
    )
  ) {
    return inputError(
      "SOURCE_CORRUPT",
      "The source is damaged: ffmpeg could not decode a picture from it. Upload a copy that plays.",
      logTail,
    );
  }
  return worker(
    "ENCODER_FAILED",
    `ffmpeg ended with code ${exitCode ?? "none"}; the log's last lines say more.`,
  );
}

const isShortOfMemory = (logTail: string): boolean =>
  /Cannot allocate memory|std::bad_alloc/i.test(logTail) ||
  logTail.split("\n").some((line) => /\bmalloc\b/i.test(line) && /failed/i.test(line));
