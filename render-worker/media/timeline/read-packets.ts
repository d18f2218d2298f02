import type { Program } from "../../programs/index.ts";
import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import type { SourceFile } from "../probe/index.ts";

export interface LookOptions {
  ffprobe: Program;
  limits: DecodeLimits;
  signal: AbortSignal;
}

/**
 * What ffprobe says of the picture's packets in some places of a source, a line each. None is decoded.
 *
 * @param what as ffprobe wants it: intervals on the container's clock, and what to tell of each packet
 */
export async function readPackets(
  source: SourceFile,
  { intervals, entries, timeoutMs }: { intervals: string; entries: string; timeoutMs: number },
  { ffprobe, limits, signal }: LookOptions,
): Promise<{ exitCode: number | null; lines: string[] }> {
  const args = [
    ...words("-v error"),
    ...safeInputOptions(limits, source.input),
    ...words(`-select_streams ${source.videoIndex} -read_intervals ${intervals}`),
    ...words(`-show_entries packet=${entries} -of csv=p=0`),
    source.input,
  ];
  const { exitCode, stdout } = await ffprobe.run(args, { timeoutMs, signal });
  return { exitCode, lines: stdout.split("\n") };
}
