import { availableParallelism } from "node:os";
import type { Program, ProgramResult } from "../../programs/index.ts";
import type { KnownDevice } from "./device-table.ts";

export interface TryOptions {
  ffmpeg: Program;
  /** Encoders that this build lists. No others are tried. */
  listed: ReadonlySet<string>;
  devices: readonly KnownDevice[];
  /** Called with everything that failed its trial, and ffmpeg's message. */
  onRefused?: (what: string, reason: string) => void;
  signal?: AbortSignal;
}

/** A trial that takes longer fails. */
export const TRIAL_TIMEOUT_MS = 20_000;

export const runTrial = (
  { ffmpeg, signal }: Pick<TryOptions, "ffmpeg" | "signal">,
  args: readonly string[],
): Promise<ProgramResult> =>
  ffmpeg.run(args, { timeoutMs: TRIAL_TIMEOUT_MS, encoding: "latin1", ...(signal && { signal }) });

/** Each trial uses a core or two for a moment, and a session of its device. */
export const atOnce = (): number => Math.min(4, Math.max(2, availableParallelism()));

/** The reason of a failure: the first error, of which later ones are consequences. */
export function firstWords({ stderr, endedFor }: ProgramResult): string {
  if (endedFor === "TIMEOUT") return `no result after ${TRIAL_TIMEOUT_MS / 1000} s`;
  return stderr.trim().split("\n")[0]?.slice(0, 300) || "ffmpeg gave no reason";
}
