import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateFfmpeg } from "../../../render-worker/index.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";
import { renderByHand, showCommand } from "./by-hand.ts";
import { findOrMakeClip } from "./clip.ts";
import { type Rendered, startSystem } from "./system.ts";

const goals = { cpuRatio: 1.03, wallRatio: 1.05 };

/**
 * What the worker costs beyond the encoding itself: the real program, from a task's publication to its
 * completion, against one bare ffmpeg command that makes the same ladder, in turns. Estimated at a quarter of
 * an hour on two idle cores.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const seconds = isShort ? 10 : 60;
  const rounds = 2;
  const many = isShort ? 2 : 8;
  const { PATH = "", FFMPEG_PATH, FFPROBE_PATH } = process.env;
  const located = await locateFfmpeg({ path: PATH, ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH });
  const tools = { ffmpeg: located.ffmpeg.path, ffprobe: located.ffprobe.path };
  const clip = await findOrMakeClip(tools.ffmpeg, seconds, print);
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "reelay-bench-worker-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const system = resources.use(await startSystem(directory, tools));
  print(
    `worker: ffmpeg ${located.ffmpeg.version}, ${seconds} s of 1080p30, six rungs, ${rounds} rounds, by hand:`,
  );
  print(`  ${showCommand(clip)}`);

  const pairs: { byHand: Awaited<ReturnType<typeof renderByHand>>; worker: Rendered }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const folder = join(directory, `by-hand-${round}`);
    const byHand = await renderByHand(tools.ffmpeg, clip, folder);
    await rm(folder, { recursive: true });
    const worker = await system.render(clip);
    pairs.push({ byHand, worker });
    print(
      `worker: round ${round}: by hand ${byHand.cpuSeconds.toFixed(1)} s CPU, ${byHand.wallSeconds.toFixed(1)} s wall; worker ${worker.cpuSeconds.toFixed(1)} s CPU, ${worker.wallSeconds.toFixed(1)} s wall, first playable after ${worker.firstPlayableSeconds.toFixed(1)} s`,
    );
  }
  // Shorter, as there are many: what a worker does once for each of them counts the more.
  const shorter = await findOrMakeClip(tools.ffmpeg, isShort ? seconds : 36, print);
  const runByHand = async () => {
    const folder = join(directory, "by-hand");
    const cost = await renderByHand(tools.ffmpeg, shorter, folder);
    await rm(folder, { recursive: true });
    return cost;
  };
  const before = await runByHand();
  const eight = await system.render(shorter, { count: many });
  const after = await runByHand();
  print(
    `worker: ${many} that wait at once, for each: ${eight.cpuSeconds.toFixed(1)} s CPU, ${eight.wallSeconds.toFixed(1)} s wall; one by hand before and after ${before.cpuSeconds.toFixed(1)} and ${after.cpuSeconds.toFixed(1)} s CPU, ${before.wallSeconds.toFixed(1)} and ${after.wallSeconds.toFixed(1)} s wall`,
  );
  const ratioOfMany = (what: "cpuSeconds" | "wallSeconds") =>
    eight[what] / ((before[what] + after[what]) / 2);
  const cpu = summarize(pairs.map(({ byHand, worker }) => worker.cpuSeconds / byHand.cpuSeconds));
  const wall = summarize(pairs.map(({ byHand, worker }) => worker.wallSeconds / byHand.wallSeconds));
  const first = summarize(pairs.map(({ worker }) => worker.firstPlayableSeconds));
  print(
    `worker: against by hand: CPU ${show(cpu, 3)} (goal ${goals.cpuRatio}), wall ${show(wall, 3)} (goal ${goals.wallRatio}); first playable variant after ${show(first, 1, " s")}; ${many} at once: CPU ${ratioOfMany("cpuSeconds").toFixed(3)}, wall ${ratioOfMany("wallSeconds").toFixed(3)}`,
  );
  return {
    "worker.cpuRatio": cpu.median,
    "worker.wallRatio": wall.median,
    [`worker.cpuRatioOf${many}`]: ratioOfMany("cpuSeconds"),
    [`worker.wallRatioOf${many}`]: ratioOfMany("wallSeconds"),
    "worker.cpuSeconds": summarize(pairs.map(({ worker }) => worker.cpuSeconds)).median,
    "worker.byHand.cpuSeconds": summarize(pairs.map(({ byHand }) => byHand.cpuSeconds)).median,
    "worker.wallSeconds": summarize(pairs.map(({ worker }) => worker.wallSeconds)).median,
    "worker.byHand.wallSeconds": summarize(pairs.map(({ byHand }) => byHand.wallSeconds)).median,
    "worker.firstPlayableSeconds": first.median,
  };
}
