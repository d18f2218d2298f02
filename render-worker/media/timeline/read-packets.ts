import type { Program } from "../../programs/index.ts";
import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import type { SourceFile } from "../probe/index.ts";

export interface LookOptions {
  ffprobe: Program;
  limits: DecodeLimits;
  signal: AbortSignal;
}

/**
 * ffprobe's output for video packets at some positions of a source, one line each. Decodes nothing.
 *
 * @param what ffprobe's options: intervals on the container's clock, and the fields to print
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
