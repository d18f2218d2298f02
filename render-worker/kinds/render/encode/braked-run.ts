import type { RunOptions } from "../../../programs/index.ts";
import type { RenderAttempt } from "../context.ts";
import type { EncoderBrake } from "./encoder-brake.ts";

/**
 * Records a program that writes into the attempt's folder, for a worker that finds the folder later. Not
 * awaited.
 */
export function noteEncoder(
  { directory, log }: Pick<RenderAttempt, "directory" | "log">,
  pid: number,
  file?: Parameters<RenderAttempt["directory"]["noteEncoder"]>[1],
): void {
  void directory
    .noteEncoder(pid, file)
    .catch((error: unknown) => log.warn({ err: error }, "ffmpeg.not-recorded"));
}

/** Runs ffmpeg and pauses it while too much of its output is not stored yet. */
export const brakedRun = (
  context: Pick<RenderAttempt, "config" | "directory" | "log" | "source">,
  {
    brake,
    signal,
    file,
    limits,
    isExcused,
    priority,
    onStart,
  }: {
    brake: EncoderBrake;
    signal: AbortSignal;
    limits?: RunOptions["limits"];
    /** Whether it waits for its input. */
    isExcused?: RunOptions["isExcused"];
    /** Default: the worker's. */
    priority?: RunOptions["priority"];
    /** File of the record. */
    file?: Parameters<typeof noteEncoder>[2];
    onStart: (pid: number) => void;
  },
): RunOptions => ({
  signal,
  ...(limits && { limits }),
  ...(priority !== undefined && { priority }),
  stallTimeoutMs: context.config.stallTimeoutMs,
  isExcused: () => brake.isHeld || context.source?.reader.isAwaited() === true || isExcused?.() === true,
  onStart: (pid) => {
    brake.follow(pid);
    onStart(pid);
    noteEncoder(context, pid, file);
  },
});
