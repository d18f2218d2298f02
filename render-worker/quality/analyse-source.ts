import { mkdir, readFile, rm } from "node:fs/promises";
import { setPriority } from "node:os";
import { join } from "node:path";
import { parseStatisticsLine } from "../ffmpeg/frame-statistics.ts";
import { runTool } from "../ffmpeg/run-tool.ts";
import type { FfmpegTools } from "../ffmpeg/tools.ts";
import type { SourceFile } from "../probe/source-file.ts";
import { type Analysis, analysisArguments, analysisStatisticsFile, sampleMs } from "./plan-analysis.ts";
import type { Measured } from "./plan-bitrates.ts";

const timeoutMs = 60_000;

export interface AnalyseOptions {
  tools: FfmpegTools;
  /** For what ffmpeg notes; emptied afterwards. */
  directory: string;
  limits: { sourcePixels: number };
  signal: AbortSignal;
}

/** Encodes the samples. Throws when ffmpeg fails, takes a minute, or says something else than expected. */
export async function analyseSource(
  source: SourceFile,
  analysis: Analysis,
  { tools, directory: parent, limits, signal }: AnalyseOptions,
): Promise<Measured[]> {
  const directory = join(parent, "analysis");
  await mkdir(directory, { recursive: true });
  try {
    const { code, stderr, timedOut } = await runTool(
      tools.ffmpeg.path,
      analysisArguments(source, analysis, { filters: tools.filters, limits }),
      { cwd: directory, timeoutMs, signal, onStart: toLowPriority },
    );
    if (code !== 0) {
      const what = timedOut ? `took longer than ${timeoutMs} ms` : `ended with code ${code}`;
      throw new Error(`The analysis of samples ${what}: ${stderr.slice(-1_000)}`);
    }
    return readAnalysis(analysis, await readFile(join(directory, analysisStatisticsFile), "latin1"), stderr);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** From the statistics (bits by output and time) and the encoders' last words, which come in the order of the outputs. */
export function readAnalysis({ probes, momentsMs }: Analysis, statistics: string, words: string): Measured[] {
  const likeness = [...words.matchAll(/SSIM Mean Y:([\d.]+)/g)].map(([, ssim]) => Number(ssim));
  if (likeness.length !== 2 * probes.length) {
    throw new Error(`The analysis of ${2 * probes.length} encodes gave ${likeness.length} results.`);
  }
  const bits = probes.flatMap(() => [bitsBySample(momentsMs.length), bitsBySample(momentsMs.length)]);
  for (const line of statistics.replaceAll("\0", "").split("\n")) {
    const frame = parseStatisticsLine(line);
    const samples = frame && bits[frame.output];
    if (!frame || !samples) continue;
    const sample = Math.min(samples.length - 1, Math.floor(frame.timeMs / sampleMs));
    samples[sample] = (samples[sample] ?? 0) + frame.frameBytes * 8;
  }
  const mean = (samples: readonly number[]) => samples.reduce((sum, each) => sum + each, 0) / samples.length;
  const toBps = (perSample: number) => (perSample * 1_000) / sampleMs;
  return probes.map(({ width, height }, index) => {
    const [usual = [], coarser = []] = bits.slice(2 * index);
    return {
      ...{ width, height },
      usual: { bps: toBps(mean(usual)), ssim: likeness[2 * index] ?? 0 },
      coarser: { bps: toBps(mean(coarser)), ssim: likeness[2 * index + 1] ?? 0 },
      peakBps: toBps(Math.max(...usual)),
    };
  });
}

const bitsBySample = (count: number): number[] => Array.from({ length: count }, () => 0);

/** Beside the head, which viewers wait for; but the tasks for the rest wait for the analysis. */
function toLowPriority(pid: number): void {
  try {
    setPriority(pid, 5);
  } catch {
    // It has ended already, or the system does not allow it.
  }
}
