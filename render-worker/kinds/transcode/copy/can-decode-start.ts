import { type DecodeLimits, safeInputOptions, words } from "../../../media/ffmpeg/index.ts";
import type { SourceFile } from "../../../media/probe/index.ts";
import type { Program } from "../../../programs/index.ts";

/**
 * Whether the first key frame can be decoded without an error: what is copied unseen would be served unseen. One frame, about a tenth of a
 * second.
 */
export async function canDecodeStart(
  source: SourceFile,
  options: { ffmpeg: Program; limits: DecodeLimits; signal: AbortSignal },
): Promise<boolean> {
  const { exitCode, stderr } = await options.ffmpeg.run(
    [
      ...words("-hide_banner -nostdin -v error -xerror -err_detect explode -threads 1"),
      ...safeInputOptions(options.limits, source.input),
      ...["-i", source.input],
      ...words(`-map 0:${source.videoIndex} -frames:v 1 -f null -`),
    ],
    { timeoutMs: 20_000, signal: options.signal },
  );
  return exitCode === 0 && stderr.trim() === "";
}
