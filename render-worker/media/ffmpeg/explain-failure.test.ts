import { expect, test } from "vitest";
import type { ProgramResult } from "../../programs/result.ts";
import { explainFfmpegFailure } from "./explain-failure.ts";

const codeOf = (changes: Partial<ProgramResult>): string =>
  explainFfmpegFailure({ exitCode: 1, signal: null, endedFor: null, oomKills: 0, stderr: "", ...changes })
    .reported.code;

test.each<[string, string, Partial<ProgramResult>]>([
  ["ENCODER_OUT_OF_MEMORY", "killed when the kernel reports an OOM kill", { signal: "SIGKILL", oomKills: 1 }],
  ["ENCODER_OUT_OF_MEMORY", "killed where OOM kills are not counted", { signal: "SIGKILL", oomKills: null }],
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
  ["MEMORY_LIMIT", "stopped at the jail's memory limit", { endedFor: "MEMORY_LIMIT" }],
  ["TIME_LIMIT", "stopped at its CPU time limit", { endedFor: "TIME_LIMIT", signal: "SIGXCPU" }],
  ["FORBIDDEN", "stopped for a forbidden system call", { endedFor: "FORBIDDEN", signal: "SIGSYS" }],
  ["OUTPUT_TOO_LARGE", "stopped at its output limit", { endedFor: "OUTPUT_TOO_LONG", signal: "SIGXFSZ" }],
  ["ENCODER_KILLED", "killed from outside without an OOM kill", { signal: "SIGKILL" }],
  ["ENCODER_KILLED", "ended by its own crash", { signal: "SIGSEGV", oomKills: 0 }],
  ["ENCODER_STALLED", "stopped after it stalled", { signal: "SIGKILL", endedFor: "STALLED" }],
  [
    "WORK_DIRECTORY_FULL",
    "without disk space for its output",
    { stderr: "av_interleaved_write_frame(): No space left on device" },
  ],
  ["SOURCE_CORRUPT", "given undecodable data", { stderr: "Invalid data found when processing input" }],
  ["ENCODER_FAILED", "failing for an unknown reason", { stderr: "something else" }],
])("%s: an ffmpeg that is %s", (code, _what, changes) => {
  expect(codeOf(changes)).toBe(code);
});
