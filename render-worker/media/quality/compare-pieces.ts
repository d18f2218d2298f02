import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { QualityMetric } from "@reelay/contracts";
import { behindOthers, type Program } from "../../programs/index.ts";
import type { FfmpegTools } from "../ffmpeg/index.ts";
import { type ComparisonRequest, planComparison, scoresFile } from "./plan-comparison.ts";
import { readScores } from "./read-scores.ts";

/** A comparison is a few pictures: what takes longer hangs, or finds no CPU. */
const timeoutMs = 120_000;

/** VMAF where this ffmpeg has it, else SSIM. */
export const metricOf = (tools: Pick<FfmpegTools, "filters">): QualityMetric =>
  tools.filters.includes("libvmaf") ? "VMAF" : "SSIM";

/**
 * The pictures' scores by variant, none where no picture could be compared. At the lowest priority, only with what nobody else needs, unless it is
 * awaited. Throws when ffmpeg fails or takes two minutes.
 */
export async function comparePieces(
  ffmpeg: Program,
  directory: string,
  request: ComparisonRequest,
  { signal, isAwaited }: { signal: AbortSignal; isAwaited: boolean },
): Promise<Map<string, number[]>> {
  const { exitCode, stderr, endedFor } = await ffmpeg.run(planComparison(request), {
    cwd: directory,
    timeoutMs,
    signal,
    ...(!isAwaited && { priority: behindOthers }),
  });
  if (exitCode !== 0) {
    const what = endedFor === "TIMEOUT" ? `took longer than ${timeoutMs} ms` : `ended with code ${exitCode}`;
    throw new Error(`The comparison with the source ${what}: ${stderr.slice(-1_000)}`);
  }
  const scores = new Map<string, number[]>();
  for (const { name } of request.pieces) {
    const text = await readFile(join(directory, scoresFile(name, request.metric)), "utf8");
    scores.set(name, readScores(text, request.metric));
  }
  return scores;
}
