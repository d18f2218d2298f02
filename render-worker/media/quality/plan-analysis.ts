import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import { planCommonFilters } from "../filters/index.ts";
import type { SourceFile } from "../probe/index.ts";
import { planSamples } from "./plan-samples.ts";

/** A size at which samples are encoded, at the usual quality and `coarserSteps` below it. */
export interface Probe {
  width: number;
  height: number;
}

export interface Analysis {
  /** Where samples begin, on the video's timeline. */
  momentsMs: number[];
  /** Largest first. */
  probes: Probe[];
}

/** x264's usual quality (CRF), and how much coarser the second encode is. */
export const usualCrf = 23;
export const coarserSteps = 4;
export const sampleMs = 1_000;
export const analysisStatisticsFile = "analysis.log";

/**
 * How much of a source is looked at: at most about 2 % of what the ladder itself costs. Null: nothing, it is so short that not even one sample
 * is so cheap. Short sources lose little: constant quality under a ceiling goes by their content anyway. Pure.
 */
export function planAnalysis(
  durationMs: number | null,
  rungs: readonly { width: number; height: number }[],
): Analysis | null {
  const sizes = rungs.toSorted((a, b) => pixels(b) - pixels(a));
  // What is larger costs more to look at than there is to save.
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

/** Decoders and encoders of the analysis: it runs beside a head, and needs memory for each thread. */
export const analysisThreads = { decode: 1, encode: 2 };

/**
 * An ffmpeg process that encodes samples of a source, one after the other, at each size in one quality, and throws away what it makes: how
 * many bits it took is in the statistics, how alike it was in the encoder's last words. Samples begin at key frames, which costs least. Qualities
 * come one after the other, in processes of their own: decoding a few seconds twice costs less than twice the encoders' memory. Pure.
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
      `[${index}:${source.videoIndex}]setpts=PTS-STARTPTS,trim=duration=${sampleMs / 1000},${planCommonFilters(source, top, filters).join(",")}[s${index}]`,
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
    ...words(`-vstats_version 2 -vstats_file ${analysisStatisticsFile}`),
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
