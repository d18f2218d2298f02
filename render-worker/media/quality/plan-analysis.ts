import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import { planCommonFilters } from "../filters/index.ts";
import type { SourceFile } from "../probe/index.ts";
import { planSamples } from "./plan-samples.ts";

/** A size at which samples are encoded, at the usual quality and `COARSER_STEPS` below it. */
export interface Probe {
  width: number;
  height: number;
}

export interface Analysis {
  /** Starts of the samples on the video's timeline. */
  momentsMs: number[];
  /** Largest first. */
  probes: Probe[];
}

/** x264's usual quality (CRF), and the distance of the coarser encode. */
export const USUAL_CRF = 23;
export const COARSER_STEPS = 4;
export const SAMPLE_MS = 1_000;
export const ANALYSIS_STATISTICS_FILE = "analysis.log";

/**
 * Plans the samples of a source, at no more than about 2 % of the ladder's own cost. Null if the source is so
 * short that even one sample costs more. Short sources lose little, since constant quality under a ceiling
 * adapts to content anyway. Pure.
 */
export function planAnalysis(
  durationMs: number | null,
  rungs: readonly { width: number; height: number }[],
): Analysis | null {
  const sizes = rungs.toSorted((a, b) => pixels(b) - pixels(a));
  // Larger sizes cost more to analyse than they can save.
  const top = sizes.find((size) => Math.min(size.width, size.height) <= 1080);
  if (durationMs === null || durationMs < 60_000 || !top) return null;
  const quarter = sizes.find((size) => pixels(size) <= pixels(top) / 3) ?? top;
  const isLong = durationMs >= 180_000;
  const probes = isLong && quarter !== top ? [top, quarter] : [quarter];
  const samples = isLong ? Math.min(8, Math.round(durationMs / 60_000)) : 2;
  return {
    momentsMs: planSamples(durationMs, samples),
    probes: probes.map(({ width, height }) => ({ width, height })),
  };
}

export const pixels = ({ width, height }: { width: number; height: number }): number => width * height;

/** Threads of the analysis: it runs beside a head, and each thread needs memory. */
export const analysisThreads = { decode: 1, encode: 2 };

/**
 * An ffmpeg process that encodes samples of a source at each size in one quality and discards the output. The
 * statistics have the sizes, the encoder's final message the similarity. Samples start at key frames, which
 * is cheapest. Each quality has its own process: decoding a few seconds twice costs less than twice the
 * encoders' memory. Pure.
 */
export function analysisArguments(
  source: SourceFile,
  { momentsMs, probes }: Analysis,
  { crf, filters, limits }: { crf: number; filters: readonly string[]; limits: DecodeLimits },
): string[] {
  const [top, ...rest] = probes;
  if (!top) return [];
  const samples = momentsMs.map(
    (_, index) =>
      `[${index}:${source.videoIndex}]setpts=PTS-STARTPTS,trim=duration=${SAMPLE_MS / 1000},${planCommonFilters(source, top, filters).join(",")}[s${index}]`,
  );
  const joined = `${momentsMs.map((_, index) => `[s${index}]`).join("")}concat=n=${momentsMs.length}:v=1`;
  const split =
    rest.length === 0
      ? "[0p]"
      : `,split=${1 + rest.length}[0p]${rest.map((_, index) => `[to${index + 1}]`).join("")}`;
  const scaled = rest.map(
    ({ width, height }, index) => `[to${index + 1}]scale=${width}:${height},setsar=1[${index + 1}p]`,
  );
  return [
    ...words("-hide_banner -nostdin -nostats -y"),
    ...words(`-vstats_version 2 -vstats_file ${ANALYSIS_STATISTICS_FILE}`),
    ...momentsMs.flatMap((momentMs) => [
      ...safeInputOptions(limits, source.input),
      ...words(`-threads ${analysisThreads.decode} -noaccurate_seek -ss ${momentMs / 1000} -an -sn -i`),
      source.input,
    ]),
    "-filter_complex",
    [...samples, `${joined}${split}`, ...scaled].join(";"),
    ...probes.flatMap((_, index) => [
      ...words(`-map [${index}p] -c:v libx264 -preset veryfast -profile:v high -crf ${crf} -ssim 1`),
      ...words(`-threads ${analysisThreads.encode} -fps_mode passthrough -f null -`),
    ]),
  ];
}
