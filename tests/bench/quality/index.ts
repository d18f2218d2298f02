import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNoJail } from "../../../render-worker/jail/no-jail.ts";
import { Programs } from "../../../render-worker/media/ffmpeg/programs.ts";
import { type PlannedRung, planLadder } from "../../../render-worker/media/ladder/plan-ladder.ts";
import { probeSource } from "../../../render-worker/media/probe/probe-source.ts";
import { analyseSource } from "../../../render-worker/media/quality/analyse-source.ts";
import { planAnalysis } from "../../../render-worker/media/quality/plan-analysis.ts";
import { planBitrates } from "../../../render-worker/media/quality/plan-bitrates.ts";
import { createFileReader } from "../../../render-worker/media/source/file-reader.ts";
import { findTools } from "../../../render-worker/media/tools/find-tools.ts";
import { defaultProfile } from "../../../src/profiles/index.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { cpuSecondsOf } from "../cpu-time.ts";
import { type Content, contents, findOrMakeContent } from "./clips.ts";
import { codings, type Encoded, encode, span } from "./encode.ts";

const limits = { sourceBytes: 1e10, sourceDurationMs: 36e5, sourcePixels: 34e6 };

/**
 * What the ladder that goes by a video's content takes and gives, beside the profile's own, on easy and hard
 * content: mean bitrate of all rungs and their likeness to the source. The decision is the worker's own code.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const { FFMPEG_PATH: ffmpegPath, FFPROBE_PATH: ffprobePath, PATH: path = "" } = process.env;
  // The build that npm ships, unless another is asked for: it has libvmaf.
  const tools = await findTools({ ffmpegPath, ffprobePath, path: ffmpegPath ? path : "" });
  const hasVmaf = tools.filters.includes("libvmaf");
  const metric = hasVmaf ? "VMAF" : "SSIM";
  const ffmpeg = tools.ffmpeg.path;
  const programs = new Programs(createNoJail(), tools, {});
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "reelay-bench-quality-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const { signal } = new AbortController();
  print(
    `quality: ffmpeg ${tools.ffmpeg.version}, ${span.seconds} s of each content, each rung encoded with:`,
  );
  for (const [name, coding] of Object.entries(codings))
    print(`  ${name}: libx264 -preset veryfast ${coding({ bitrateBps: 3_500_000 })}`);

  const figures: Figures = {};
  const chosen = (Object.keys(contents) as Content[]).filter((_, index) => !isShort || index % 2 === 0);
  for (const content of chosen) {
    const clip = await findOrMakeContent(ffmpeg, content, print);
    const { size: sizeBytes } = await stat(clip);
    const source = await probeSource(
      { input: `file:${clip}`, sizeBytes, reader: createFileReader(clip, sizeBytes) },
      { ffprobe: programs.ffprobe, limits, signal },
    );
    const fixed = planLadder(defaultProfile, source.probe).rungs;
    const analysis = planAnalysis(source.probe.durationMs, fixed);
    const before = await cpuSecondsOf(process.pid);
    const measured = analysis
      ? await analyseSource(source, analysis, { tools, ffmpeg: programs.ffmpeg, directory, limits, signal })
      : [];
    const analysisSeconds = (await cpuSecondsOf(process.pid)).children - before.children;
    const aware = planBitrates(measured, fixed);
    const all = async (rungs: readonly PlannedRung[], coding: keyof typeof codings) => {
      const results: Encoded[] = [];
      for (const rung of rungs)
        results.push(await encode({ ffmpeg, hasVmaf }, clip, rung, { coding, directory }));
      const mean = (of: "bps" | "score") => results.reduce((sum, each) => sum + each[of], 0) / results.length;
      return { kbps: mean("bps") / 1_000, score: mean("score") };
    };
    const toBitrate = await all(fixed, "to the bitrate");
    const beforeLadder = await cpuSecondsOf(process.pid);
    const byQuality = await all(fixed, "by quality");
    const ladderSeconds = (await cpuSecondsOf(process.pid)).children - beforeLadder.children;
    const byContent = await all(aware, "by quality");
    const steps = aware.map(
      ({ name, qualityOffset = 0, bitrateBps }) => `${name} +${qualityOffset} ${bitrateBps / 1_000}k`,
    );
    const show = ({ kbps, score }: typeof toBitrate) =>
      `${kbps.toFixed(0)} kb/s ${metric} ${score.toFixed(hasVmaf ? 1 : 4)}`;
    print(`quality: ${content}: decided ${steps.join(", ")} with ${analysisSeconds.toFixed(1)} s CPU`);
    print(
      `quality: ${content}: fixed bitrates ${show(toBitrate)}; FIXED ${show(byQuality)}; CONTENT_AWARE ${show(byContent)}: bits ${(byContent.kbps / toBitrate.kbps).toFixed(2)} of fixed bitrates, ${(byContent.kbps / byQuality.kbps).toFixed(2)} of FIXED`,
    );
    const key = `quality.${content.split(" ")[0]}`;
    Object.assign(figures, {
      [`${key}.bitsOfFixedBitrates`]: byContent.kbps / toBitrate.kbps,
      [`${key}.bitsOfFixed`]: byContent.kbps / byQuality.kbps,
      [`${key}.${metric.toLowerCase()}AgainstFixedBitrates`]: byContent.score - toBitrate.score,
      [`${key}.${metric.toLowerCase()}AgainstFixed`]: byContent.score - byQuality.score,
      [`${key}.analysisCpuSeconds`]: analysisSeconds,
      [`${key}.encodeAndCompareCpuSeconds`]: ladderSeconds,
    });
  }
  return figures;
}
