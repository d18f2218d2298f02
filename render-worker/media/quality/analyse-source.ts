import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../host/index.ts";
import type { Program } from "../../programs/index.ts";
import { type DecodeLimits, type FfmpegTools, parseStatisticsLine } from "../ffmpeg/index.ts";
import type { SourceFile } from "../probe/index.ts";
import {
  ANALYSIS_STATISTICS_FILE,
  type Analysis,
  analysisArguments,
  COARSER_STEPS,
  SAMPLE_MS,
  USUAL_CRF,
} from "./plan-analysis.ts";
import type { Measured } from "./plan-bitrates.ts";

const TIMEOUT_MS = 60_000;

interface AnalyseOptions {
  tools: Pick<FfmpegTools, "filters">;
  ffmpeg: Program;
  /** Scratch folder for ffmpeg's statistics; emptied afterwards. */
  directory: string;
  limits: DecodeLimits;
  signal: AbortSignal;
}

/**
 * Encodes the samples in two qualities. Throws if ffmpeg fails, exceeds a minute, or prints unexpected
 * results.
 */
export async function analyseSource(
  source: SourceFile,
  analysis: Analysis,
  options: AnalyseOptions,
): Promise<Measured[]> {
  const usual = await encodeSamples(source, analysis, USUAL_CRF, options);
  const coarser = await encodeSamples(source, analysis, USUAL_CRF + COARSER_STEPS, options);
  return analysis.probes.map(({ width, height }, index) => ({
    ...{ width, height },
    usual: toMeans(usual[index]),
    coarser: toMeans(coarser[index]),
    peakBps: Math.max(...(usual[index]?.bps ?? [])),
  }));
}

/** Results for one size: bits per second of each sample, and the mean similarity. */
interface Samples {
  bps: number[];
  ssim: number;
}

const toMeans = ({ bps, ssim }: Samples = { bps: [], ssim: 0 }) => ({
  bps: bps.reduce((sum, each) => sum + each, 0) / bps.length,
  ssim,
});

async function encodeSamples(
  source: SourceFile,
  analysis: Analysis,
  crf: number,
  { ffmpeg, tools, directory: parent, limits, signal }: AnalyseOptions,
): Promise<Samples[]> {
  const directory = join(parent, "analysis");
  await makeFolder(directory);
  try {
    const { exitCode, stderr, endedFor } = await ffmpeg.run(
      analysisArguments(source, analysis, { crf, filters: tools.filters, limits }),
      { cwd: directory, timeoutMs: TIMEOUT_MS, signal, priority: PRIORITY },
    );
    if (exitCode !== 0) {
      const what =
        endedFor === "TIMEOUT" ? `took longer than ${TIMEOUT_MS} ms` : `ended with code ${exitCode}`;
      throw new Error(`The analysis of samples ${what}: ${stderr.slice(-1_000)}`);
    }
    return readSamples(analysis, await readFile(join(directory, ANALYSIS_STATISTICS_FILE), "latin1"), stderr);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Reads the bits by output and time from the statistics, and the similarity from the encoders' final
 * messages, which follow the order of the outputs.
 */
export function readSamples({ probes, momentsMs }: Analysis, statistics: string, words: string): Samples[] {
  const likeness = [...words.matchAll(/SSIM Mean Y:([\d.]+)/g)].map(([, ssim]) => Number(ssim));
  if (likeness.length !== probes.length) {
    throw new Error(`The analysis of ${probes.length} encodes returned ${likeness.length} results.`);
  }
  const bits = probes.map(() => momentsMs.map(() => 0));
  for (const line of statistics.replaceAll("\0", "").split("\n")) {
    const frame = parseStatisticsLine(line);
    const samples = frame && bits[frame.output];
    if (!frame || !samples) continue;
    const sample = Math.min(samples.length - 1, Math.floor(frame.timeMs / SAMPLE_MS));
    samples[sample] = (samples[sample] ?? 0) + frame.frameBytes * 8;
  }
  return bits.map((samples, index) => ({
    bps: samples.map((perSample) => (perSample * 1_000) / SAMPLE_MS),
    ssim: likeness[index] ?? 0,
  }));
}

/** Below the head, for which viewers wait, but not idle: the other tasks wait for the analysis. */
const PRIORITY = 5;
