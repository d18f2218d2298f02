import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { words } from "../../../render-worker/media/ffmpeg/words.ts";
import type { PlannedRung } from "../../../render-worker/media/ladder/plan-ladder.ts";
import { readScores } from "../../../render-worker/media/quality/read-scores.ts";

const run = promisify(execFile);

/** The part of a clip that is compared: apart from the samples that decided its bitrates. */
export const span = { from: 22, seconds: 8 };

type Rate = Pick<PlannedRung, "bitrateBps" | "qualityOffset">;

/** How a rung is coded: to its bitrate, as most services do, or by a quality under it, as the worker does. */
export const codings = {
  "to the bitrate": ({ bitrateBps: bps }: Rate) => `-b:v ${bps} -maxrate ${bps} -bufsize ${bps}`,
  "by quality": ({ bitrateBps: bps, qualityOffset = 0 }: Rate) =>
    `-crf ${23 + qualityOffset} -maxrate ${bps} -bufsize ${bps}`,
};

export interface Encoded {
  bps: number;
  /** Of all pictures, VMAF; SSIM without libvmaf. */
  score: number;
}

/** Encodes the span of a clip as one rung and compares every fifth picture with it, at its own size. */
export async function encode(
  { ffmpeg, hasVmaf }: { ffmpeg: string; hasVmaf: boolean },
  clip: string,
  rung: PlannedRung,
  { coding, directory }: { coding: keyof typeof codings; directory: string },
): Promise<Encoded> {
  const made = join(directory, "made.mp4");
  const input = ["-ss", String(span.from), "-t", String(span.seconds), "-i", clip];
  await run(ffmpeg, [
    ...words("-hide_banner -nostdin -v error -y"),
    ...input,
    ...words(`-vf scale=${rung.width}:${rung.height} -c:v libx264 -preset veryfast -profile:v high`),
    ...words(codings[coding](rung)),
    ...words("-force_key_frames expr:gte(t,n_forced*2) -sc_threshold 0 -flags +cgop -an"),
    made,
  ]);
  const { size } = await stat(made);
  const metric = hasVmaf
    ? "libvmaf=shortest=1:n_threads=2:n_subsample=5:log_fmt=json:log_path=scores"
    : "ssim=shortest=1:stats_file=scores";
  const graph = `[0:v]scale=1280:720:flags=bicubic,settb=1/30,setpts=N[made];[1:v]settb=1/30,setpts=N[source];[made][source]${metric}`;
  await run(
    ffmpeg,
    [
      ...words("-hide_banner -nostdin -v error -y -i"),
      made,
      ...input,
      ...["-filter_complex", graph, "-f", "null", "-"],
    ],
    { cwd: directory },
  );
  const scores = readScores(await readFile(join(directory, "scores"), "utf8"), hasVmaf ? "VMAF" : "SSIM");
  return {
    bps: (size * 8) / span.seconds,
    score: scores.reduce((sum, score) => sum + score, 0) / scores.length,
  };
}
