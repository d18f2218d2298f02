import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cpuSecondsOf } from "../cpu-time.ts";
import { drawn, video, words } from "../worker/by-hand.ts";

/** Each frame once, at its own time. */
const rung = (height: string, level: string, ceiling: string): string[] => [
  ...words("-fps_mode passthrough"),
  ...video(height, level, ceiling, drawn),
];

/** What an ffmpeg expert would type for the ladder of a 720p animation. Written out on purpose. */
const cascade = (input: readonly string[]): string[] => [
  ...words("-hide_banner -nostdin -v error -y"),
  ...input,
  "-filter_complex",
  [
    "[0:v]scale=1280:720:out_color_matrix=bt709,format=yuv420p,split=2[v720][d480]",
    "[d480]scale=854:480,split=2[v480][d360]",
    "[d360]scale=640:360,split=2[v360][d240]",
    "[d240]scale=426:240,split=2[v240][d144]",
    "[d144]scale=256:144[v144]",
  ].join(";"),
  ...rung("720", "3.1", "3500k"),
  ...rung("480", "3.1", "1400k"),
  ...rung("360", "3.0", "800k"),
  ...rung("240", "2.1", "400k"),
  ...rung("144", "1.2", "200k"),
];

export interface Cost {
  wallSeconds: number;
  /** Of the programs, without this process. */
  cpuSeconds: number;
}

/** Time of some work, and CPU time of the programs that ended meanwhile. */
export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const before = await cpuSecondsOf(process.pid);
  const startedAt = performance.now();
  await work();
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const after = await cpuSecondsOf(process.pid);
  return { wallSeconds, cpuSeconds: after.children - before.children };
}

/** Runs the cascade in a new folder. `feed` writes to its input. */
export async function encodeByHand(
  ffmpeg: string,
  directory: string,
  input: readonly string[],
  feed: (stdin: NodeJS.WritableStream) => void = (stdin) => void stdin.end(),
): Promise<void> {
  for (const name of ["v720", "v480", "v360", "v240", "v144"])
    await mkdir(join(directory, name), { recursive: true });
  await run(ffmpeg, cascade(input), directory, feed);
}

/** Runs a program to its end. Rejects if it fails. */
export async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  feed: (stdin: NodeJS.WritableStream) => void = (stdin) => void stdin.end(),
): Promise<void> {
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["pipe", "ignore", "inherit"] });
    child.once("error", reject);
    child.once("close", resolve);
    feed(child.stdin);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}; its words are above`);
}
