import { availableParallelism } from "node:os";
import { runTool, type ToolResult } from "../ffmpeg/run-tool.ts";
import type { KnownDevice } from "./device-table.ts";

export interface TryOptions {
  ffmpegPath: string;
  /** Encoders that this build lists: no others are tried. */
  listed: ReadonlySet<string>;
  devices: readonly KnownDevice[];
  /** Told of everything that was tried and does not work, with what ffmpeg said. */
  onRefused?: (what: string, reason: string) => void;
  signal?: AbortSignal;
}

const timeoutMs = 20_000;

export const runTrial = (
  { ffmpegPath, signal }: Pick<TryOptions, "ffmpegPath" | "signal">,
  args: readonly string[],
): Promise<ToolResult> =>
  runTool(ffmpegPath, args, { timeoutMs, encoding: "latin1", ...(signal && { signal }) });

/** Each uses a core or two for a moment, and a session of its device. */
export const atOnce = (): number => Math.min(4, Math.max(2, availableParallelism()));

/** Why it does not work. What broke comes first; what follows says only that it did. */
export function firstWords({ stderr, timedOut }: ToolResult): string {
  if (timedOut) return `nothing came of it in ${timeoutMs / 1000} s`;
  return stderr.trim().split("\n")[0]?.slice(0, 300) || "ffmpeg gave no reason";
}
