import { availableParallelism } from "node:os";
import type { Program, ProgramResult } from "../../programs/index.ts";
import type { KnownDevice } from "./device-table.ts";

export interface TryOptions {
  ffmpeg: Program;
  /** Encoders that this build lists: no others are tried. */
  listed: ReadonlySet<string>;
  devices: readonly KnownDevice[];
  /** Told of everything that was tried and does not work, with what ffmpeg said. */
  onRefused?: (what: string, reason: string) => void;
  signal?: AbortSignal;
}

/** A trial that takes longer has failed. */
export const trialTimeoutMs = 20_000;

export const runTrial = (
  { ffmpeg, signal }: Pick<TryOptions, "ffmpeg" | "signal">,
  args: readonly string[],
): Promise<ProgramResult> =>
  ffmpeg.run(args, { timeoutMs: trialTimeoutMs, encoding: "latin1", ...(signal && { signal }) });

/** Each uses a core or two for a moment, and a session of its device. */
export const atOnce = (): number => Math.min(4, Math.max(2, availableParallelism()));

/** Why it does not work. What broke comes first; what follows says only that it did. */
export function firstWords({ stderr, endedFor }: ProgramResult): string {
  if (endedFor === "TIMEOUT") return `nothing came of it in ${trialTimeoutMs / 1000} s`;
  return stderr.trim().split("\n")[0]?.slice(0, 300) || "ffmpeg gave no reason";
}
