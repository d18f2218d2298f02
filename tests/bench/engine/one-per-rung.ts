import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cpuSecondsOf } from "../cpu-time.ts";

/** Processes at a time. */
const atOnce = 4;

const rungs = [
  { name: "v1080", size: "1920:1080", level: "4.0", ceiling: "6000k" },
  { name: "v720", size: "1280:720", level: "3.1", ceiling: "3500k" },
  { name: "v480", size: "854:480", level: "3.1", ceiling: "1400k" },
  { name: "v360", size: "640:360", level: "3.0", ceiling: "800k" },
  { name: "v240", size: "426:240", level: "2.1", ceiling: "400k" },
  { name: "v144", size: "256:144", level: "1.2", ceiling: "200k" },
];

const words = (text: string): string[] => text.split(" ");

const hls = (name: string): string[] => [
  ...words("-f hls -hls_time 4 -hls_playlist_type event -hls_segment_type fmp4"),
  ...words("-hls_flags independent_segments -hls_fmp4_init_filename init.mp4"),
  ...words(`-hls_segment_filename ${name}/%05d.m4s ${name}/index.m3u8`),
];

/** What a system types that knows one output per process: a decode for each rung, and one for the audio. */
const commands = (clip: string): string[][] => [
  ...rungs.map(({ name, size, level, ceiling }) => [
    ...words("-hide_banner -nostdin -v error -y -i"),
    clip,
    ...words(`-map 0:v -vf scale=${size},format=yuv420p -c:v libx264 -preset veryfast -profile:v high`),
    ...words(`-level:v ${level} -crf 23 -maxrate ${ceiling} -bufsize ${ceiling}`),
    ...words("-force_key_frames expr:gte(t,n_forced*2) -sc_threshold 0 -flags +cgop -g 120"),
    ...hls(name),
  ]),
  [
    ...words("-hide_banner -nostdin -v error -y -i"),
    clip,
    ...words("-map 0:a -c:a aac -b:a 128k -ac 2"),
    ...hls("audio"),
  ],
];

export const showFirst = (clip: string): string => ["ffmpeg", ...(commands(clip)[0] ?? [])].join(" ");

/** Runs them in a new folder, four at a time, largest first. */
export async function renderOnePerRung(ffmpeg: string, clip: string, directory: string) {
  for (const name of [...rungs.map((rung) => rung.name), "audio"]) {
    await mkdir(join(directory, name), { recursive: true });
  }
  const before = await cpuSecondsOf(process.pid);
  const startedAt = performance.now();
  const waiting = commands(clip);
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await run(ffmpeg, next, directory);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const after = await cpuSecondsOf(process.pid);
  return { wallSeconds, cpuSeconds: after.children - before.children };
}

async function run(ffmpeg: string, args: string[], cwd: string): Promise<void> {
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(ffmpeg, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}; its words are above`);
}
