import { inputError, type RenderError, retriableError } from "../errors.ts";
import type { FfmpegResult } from "./run-ffmpeg.ts";

/** What an ffmpeg that did not succeed means, decided from how it ended and what it said. */
export function explainFfmpegFailure(result: FfmpegResult): RenderError {
  const { exitCode, signal, logTail } = result;
  const worker = (code: string, message: string) => retriableError("WORKER", code, message, logTail);
  if (result.isStalled) {
    return worker(
      "ENCODER_STALLED",
      "ffmpeg made no progress for a long time and was ended; another attempt may get through.",
    );
  }
  if (/No space left on device|Disk quota exceeded/.test(logTail)) {
    return worker(
      "WORK_DIRECTORY_FULL",
      "The worker's temporary disk (WORK_DIR) is full; free some space on it.",
    );
  }
  if (signal === "SIGKILL" || /Cannot allocate memory|std::bad_alloc/.test(logTail)) {
    return worker(
      "OUT_OF_MEMORY",
      "ffmpeg ran out of memory or was killed by the system; give the worker more memory or fewer slots.",
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
    /Codec .* not on whitelist|Decoder .* not found|no decoder found for|Decoding requested, but no decoder/i.test(
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
