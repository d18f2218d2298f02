import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { QualityMetric } from "@reelay/contracts";
import { behindOthers, type Program } from "../../programs/index.ts";
import type { FfmpegTools } from "../ffmpeg/index.ts";
import { type ComparisonRequest, planComparison, scoresFile } from "./plan-comparison.ts";
import { readScores } from "./read-scores.ts";

/** A comparison covers a few frames. Anything longer hangs or gets no CPU. */
const TIMEOUT_MS = 120_000;

/** VMAF if this ffmpeg supports it, else SSIM. */
export const metricOf = (tools: Pick<FfmpegTools, "filters">): QualityMetric =>
  tools.filters.includes("libvmaf") ? "VMAF" : "SSIM";

/**
 * Scores of the frames by variant; empty if no frame could be compared. Runs at the lowest priority on idle
 * resources, unless it is awaited. Throws if ffmpeg fails or exceeds two minutes.
 */
export async function comparePieces(
  ffmpeg: Program,
  directory: string,
  request: ComparisonRequest,
  { signal, isAwaited }: { signal: AbortSignal; isAwaited: boolean },
): Promise<Map<string, number[]>> {
  const { exitCode, stderr, endedFor } = await ffmpeg.run(planComparison(request), {
    cwd: directory,
    timeoutMs: TIMEOUT_MS,
    signal,
    ...(!isAwaited && { priority: behindOthers }),
  });
  if (exitCode !== 0) {
    const what = endedFor === "TIMEOUT" ? `took longer than ${TIMEOUT_MS} ms` : `ended with code ${exitCode}`;
    throw new Error(`The comparison with the source ${what}: ${stderr.slice(-1_000)}`);
  }
  const scores = new Map<string, number[]>();
  for (const { name } of request.pieces) {
    const text = await readFile(join(directory, scoresFile(name, request.metric)), "utf8");
    scores.set(name, readScores(text, request.metric));
  }
  return scores;
}
