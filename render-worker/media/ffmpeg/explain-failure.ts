import { inputError, type RenderError, retriableError } from "../../errors.ts";
import { explainLimit, type ProgramResult } from "../../programs/index.ts";

const KEPT_LINES = 50;

const lastLines = (text: string): string => text.trimEnd().split("\n").slice(-KEPT_LINES).join("\n");

/** Explains why ffmpeg failed, from its exit and its log. */
export function explainFfmpegFailure(
  result: Pick<ProgramResult, "exitCode" | "signal" | "endedFor" | "stderr" | "oomKills">,
): RenderError {
  const { exitCode, signal, oomKills, endedFor } = result;
  const logTail = lastLines(result.stderr);
  const worker = (code: string, message: string) => retriableError("WORKER", code, message, logTail);
  if (endedFor === "STALLED") {
    return worker(
      "ENCODER_STALLED",
      "ffmpeg made no progress for a long time and was stopped. Another attempt may succeed.",
    );
  }
  const limit = explainLimit(endedFor, logTail);
  if (limit !== null) return limit;
  if (/No space left on device|Disk quota exceeded/.test(logTail)) {
    return worker("WORK_DIRECTORY_FULL", "The worker's temporary disk (WORK_DIR) is full. Free some space.");
  }
  if (signal === "SIGKILL" && oomKills !== 0) {
    const who = oomKills === null ? "by the system, most likely" : "by the kernel";
    return worker(
      "ENCODER_OUT_OF_MEMORY",
      `ffmpeg used more memory than estimated and was stopped ${who}. The next attempt reserves twice as much. If this happens often, give the worker more memory or fewer slots.`,
    );
  }
  if (isShortOfMemory(logTail)) {
    return worker(
      "ENCODER_OUT_OF_MEMORY",
      "ffmpeg tried to allocate more memory than its limit. The next attempt reserves twice as much. If this happens often, give the worker more memory.",
    );
  }
  if (signal !== null) {
    return worker(
      "ENCODER_KILLED",
      `ffmpeg was stopped from outside by ${signal}. Another attempt may succeed.`,
    );
  }
  if (/exceeds specified max pixel count/.test(logTail)) {
    return inputError(
      "SOURCE_TOO_MANY_PIXELS",
      "The source's frame size grows beyond the limit. Scale it down, or raise MAX_SOURCE_PIXELS.",
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
      "The source's codec is not supported. Convert the file to H.264 and upload that.",
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
      "The source is damaged: ffmpeg could not decode any frame. Upload an intact copy.",
      logTail,
    );
  }
  return worker(
    "ENCODER_FAILED",
    `ffmpeg exited with code ${exitCode ?? "none"}. See the last lines of its log.`,
  );
}

const isShortOfMemory = (logTail: string): boolean =>
  /Cannot allocate memory|std::bad_alloc/i.test(logTail) ||
  logTail.split("\n").some((line) => /\bmalloc\b/i.test(line) && /failed/i.test(line));
