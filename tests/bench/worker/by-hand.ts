import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cpuSecondsOf } from "../cpu-time.ts";

/**
 * What an ffmpeg expert would type for this ladder: one decode, each size scaled from the next larger one,
 * the same encoder settings, and the same kind of output. On purpose written out and not derived from the
 * worker's own plan: the worker's checks, statistics, poster and reports are what it is measured for.
 */
const command = (clip: string): string[] => [
  ...words("-hide_banner -nostdin -v error -y -i"),
  clip,
  "-filter_complex",
  [
    "[0:v]format=yuv420p,split=2[v1080][d720]",
    "[d720]scale=1280:720,split=2[v720][d480]",
    "[d480]scale=854:480,split=2[v480][d360]",
    "[d360]scale=640:360,split=2[v360][d240]",
    "[d240]scale=426:240,split=2[v240][d144]",
    "[d144]scale=256:144[v144]",
  ].join(";"),
  ...video("1080", "4.0", "6000k"),
  ...video("720", "3.1", "3500k"),
  ...video("480", "3.1", "1400k"),
  ...video("360", "3.0", "800k"),
  ...video("240", "2.1", "400k"),
  ...video("144", "1.2", "200k"),
  ...words("-map 0:a -c:a aac -b:a 128k -ac 2"),
  ...hls("audio"),
];

export const words = (text: string): string[] => text.split(" ");

/** Settings for drawings, which need less search for motion. */
export const drawn = "-preset superfast -x264-params mbtree=1:rc-lookahead=10";

/** A rung in H.264, as HLS. */
export const video = (
  height: string,
  level: string,
  ceiling: string,
  effort = "-preset veryfast",
): string[] => [
  ...words(`-map [v${height}] -c:v libx264 ${effort} -profile:v high -level:v ${level}`),
  ...words(`-crf 23 -maxrate ${ceiling} -bufsize ${ceiling}`),
  ...words("-force_key_frames expr:gte(t,n_forced*2) -sc_threshold 0 -flags +cgop -g 120"),
  ...hls(`v${height}`),
];

export const hls = (name: string): string[] => [
  ...words("-f hls -hls_time 4 -hls_playlist_type event -hls_segment_type fmp4"),
  ...words("-hls_flags independent_segments -hls_fmp4_init_filename init.mp4"),
  ...words(`-hls_segment_filename ${name}/%05d.m4s ${name}/index.m3u8`),
];

export const showCommand = (clip: string): string =>
  ["ffmpeg", ...command(clip)].map((word) => (/[^\w./:=+%-]/.test(word) ? `'${word}'` : word)).join(" ");

/**
 * Runs it in a new folder; CPU is that of the process alone (ours has no other child that ends meanwhile).
 */
export async function renderByHand(ffmpeg: string, clip: string, directory: string) {
  for (const name of ["v1080", "v720", "v480", "v360", "v240", "v144", "audio"]) {
    await mkdir(join(directory, name), { recursive: true });
  }
  const before = await cpuSecondsOf(process.pid);
  const startedAt = performance.now();
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(ffmpeg, command(clip), { cwd: directory, stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", reject);
    child.once("close", resolve);
  });
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  if (code !== 0) throw new Error(`the command by hand ended with ${code}; its words are above`);
  const after = await cpuSecondsOf(process.pid);
  return { wallSeconds, cpuSeconds: after.children - before.children };
}
