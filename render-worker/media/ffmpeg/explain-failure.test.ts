import { expect, test } from "vitest";
import type { ProgramResult } from "../../programs/result.ts";
import { explainFfmpegFailure } from "./explain-failure.ts";

const codeOf = (changes: Partial<ProgramResult>): string =>
  explainFfmpegFailure({ exitCode: 1, signal: null, endedFor: null, oomKills: 0, stderr: "", ...changes })
    .reported.code;

test.each<[string, string, Partial<ProgramResult>]>([
  [
    "ENCODER_OUT_OF_MEMORY",
    "killed while the kernel killed a process for lack of memory",
    { signal: "SIGKILL", oomKills: 1 },
  ],
  ["ENCODER_OUT_OF_MEMORY", "killed where such kills are not counted", { signal: "SIGKILL", oomKills: null }],
  [
    "ENCODER_OUT_OF_MEMORY",
    "without memory to allocate",
    { stderr: "x264 [error]: malloc of size 9 failed" },
  ],
  [
    "ENCODER_OUT_OF_MEMORY",
    "without memory for a frame",
    { exitCode: 244, stderr: "Error: Cannot allocate memory" },
  ],
  ["MEMORY_LIMIT", "refused memory by its jail", { endedFor: "MEMORY_LIMIT" }],
  [
    "TIME_LIMIT",
    "ended after all the CPU time that it may use",
    { endedFor: "TIME_LIMIT", signal: "SIGXCPU" },
  ],
  ["FORBIDDEN", "ended for what it asked of the system", { endedFor: "FORBIDDEN", signal: "SIGSYS" }],
  ["OUTPUT_TOO_LARGE", "ended for what it wrote", { endedFor: "OUTPUT_TOO_LONG", signal: "SIGXFSZ" }],
  ["ENCODER_KILLED", "killed from outside although there was memory", { signal: "SIGKILL" }],
  ["ENCODER_KILLED", "ended by a crash of its own", { signal: "SIGSEGV", oomKills: 0 }],
  ["ENCODER_STALLED", "ended because it did not move", { signal: "SIGKILL", endedFor: "STALLED" }],
  [
    "WORK_DIRECTORY_FULL",
    "without room for its output",
    { stderr: "av_interleaved_write_frame(): No space left on device" },
  ],
  ["SOURCE_CORRUPT", "given what cannot be decoded", { stderr: "Invalid data found when processing input" }],
  ["ENCODER_FAILED", "for an unknown reason", { stderr: "something else" }],
])("%s: an ffmpeg that is %s", (code, _what, changes) => {
  expect(codeOf(changes)).toBe(code);
});
