import { expect, test } from "vitest";
import { explainFfmpegFailure } from "./explain-failure.ts";
import type { FfmpegResult } from "./run-ffmpeg.ts";

const codeOf = (changes: Partial<FfmpegResult>): string =>
  explainFfmpegFailure({ exitCode: 1, signal: null, isStalled: false, oomKills: 0, logTail: "", ...changes })
    .reported.code;

test.each<[string, string, Partial<FfmpegResult>]>([
  [
    "ENCODER_OUT_OF_MEMORY",
    "killed while the kernel killed somebody for lack of memory",
    { signal: "SIGKILL", oomKills: 1 },
  ],
  ["ENCODER_OUT_OF_MEMORY", "killed where nobody counts such kills", { signal: "SIGKILL", oomKills: null }],
  [
    "ENCODER_OUT_OF_MEMORY",
    "without memory to allocate",
    { logTail: "x264 [error]: malloc of size 9 failed" },
  ],
  [
    "ENCODER_OUT_OF_MEMORY",
    "without memory for a frame",
    { exitCode: 244, logTail: "Error: Cannot allocate memory" },
  ],
  ["ENCODER_KILLED", "killed by somebody although there was memory", { signal: "SIGKILL" }],
  ["ENCODER_KILLED", "ended by a crash of its own", { signal: "SIGSEGV", oomKills: 0 }],
  ["ENCODER_STALLED", "ended because it did not move", { signal: "SIGKILL", isStalled: true }],
  [
    "WORK_DIRECTORY_FULL",
    "without room for its output",
    { logTail: "av_interleaved_write_frame(): No space left on device" },
  ],
  ["SOURCE_CORRUPT", "given what cannot be decoded", { logTail: "Invalid data found when processing input" }],
  ["ENCODER_FAILED", "for a reason that nobody knows", { logTail: "something else" }],
])("%s: an ffmpeg that is %s", (code, _what, changes) => {
  expect(codeOf(changes)).toBe(code);
});
