import { transcode } from "@reelay/contracts";
import type { TaskKind } from "../../../src/database/job-kinds.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { type Stage, startStage, upload } from "../engine/stage.ts";
import { findOrMakeClip } from "../worker/clip.ts";
import { type Day, efficiency, headMs, simulateDay, type TaskTimes } from "./simulate.ts";

const day: Day = { videosPerDay: 80_000, burst: 2_000, hours: 4, load: 0.8 };

/**
 * What a fleet would do that is not here: the times of tasks as one real worker has them, the real planner,
 * and simulated workers. A simulated worker has this machine's cores.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const times = await measure(isShort ? [32, 40] : [36, 72], print);
  print(
    `fleet: a task costs ${times.startSeconds.toFixed(2)} s and ${times.perSecond.toFixed(3)} s per second of video (audio ${times.audioPerSecond.toFixed(3)} s), a head ${times.headSeconds.toFixed(2)} s; the rest is planned after ${times.splitSeconds.toFixed(2)} s, the first segment stored after ${times.firstSegmentSeconds.toFixed(2)} s`,
  );
  const figures: Figures = {};
  for (const minutes of [10, 90]) {
    for (const workers of [8, 64, 512]) {
      const reached = efficiency(minutes * 60_000, workers, times);
      figures[`fleet.efficiencyOf${workers}At${minutes}min`] = reached;
      print(`fleet: ${minutes} min on ${workers} workers: efficiency ${reached.toFixed(2)}`);
    }
  }
  for (const order of ["WHOLE", "HEADS"] as const) {
    const { workers, waits } = simulateDay(day, order, times, seeded());
    const at = (share: number) => waits[Math.floor(waits.length * share)] ?? 0;
    figures[`fleet.firstPlayableSeconds.${order === "HEADS" ? "headsFirst" : "wholeVideos"}`] = at(0.5);
    print(
      `fleet: ${waits.length} videos in ${day.hours} h, ${day.burst} of them at once, on ${workers} workers, ${order === "HEADS" ? "heads first" : "whole videos, first come first served"}: first picture after ${at(0.5).toFixed(1)} s (p99 ${at(0.99).toFixed(0)} s)`,
    );
  }
  return figures;
}

/**
 * The times of a long video's tasks on one worker, which cuts nothing of what comes after a head: a line
 * through how long those of different lengths took, and all else of the longest.
 */
async function measure(lengths: readonly number[], print: (line: string) => void): Promise<TaskTimes> {
  await using stage = await startStage({ workers: [{}] });
  const videos: Awaited<ReturnType<typeof render>>[] = [];
  for (const seconds of lengths) videos.push(await render(stage, seconds, print));
  const { start, slope } = fit(videos.map(({ chunk }) => [chunk.seconds, chunk.tookSeconds]));
  const longest = videos.at(-1);
  if (longest === undefined) throw new Error("There is nothing to measure.");
  const { head, audio, splitSeconds, firstSegmentSeconds } = longest;
  return {
    startSeconds: Math.max(0.1, start / (longest.chunk.count || 1)),
    perSecond: slope,
    audioPerSecond: Math.max(0, audio.tookSeconds - start) / audio.seconds,
    headSeconds: head.tookSeconds,
    splitSeconds,
    firstSegmentSeconds,
  };
}

async function render(stage: Stage, seconds: number, print: (line: string) => void) {
  const clip = await findOrMakeClip(stage.tools.ffmpeg, seconds, print);
  const id = await upload(stage, clip);
  const startedAt = Date.now();
  await stage.client.watch(id);
  const newest = { orderBy: { createdAt: "desc" } } as const;
  const { id: videoId, durationMs, playableAt } = await stage.db.video.findFirstOrThrow(newest);
  const tasks = await stage.db.task.findMany({ where: { job: { videoId } }, include: { attempts: true } });
  const split = await stage.db.event.findFirstOrThrow({ where: { videoId, type: "job.split" } });
  const of = (wanted: TaskKind) => {
    const all = tasks.filter(({ kind }) => kind === wanted);
    // Audio that was copied needs no task.
    const { startMs, endMs } = transcode.taskParams.parse(all[0]?.params ?? { version: 1 });
    const length = (endMs ?? (wanted === "RENDER" ? headMs : (durationMs ?? 0))) - startMs;
    // Where one worker is slow, the critical variants are a chunk of their own, of the same pictures.
    const tookMs = all
      .flatMap(({ attempts }) => attempts)
      .reduce((sum, { startedAt: from, endedAt }) => sum + Number(endedAt) - Number(from), 0);
    return { seconds: length / 1000, tookSeconds: tookMs / 1000, count: all.length };
  };
  return {
    ...{ head: of("RENDER"), chunk: of("CHUNK"), audio: of("AUDIO") },
    splitSeconds: (Number(split.at) - startedAt) / 1000,
    firstSegmentSeconds: (Number(playableAt) - startedAt) / 1000,
  };
}

/** Least squares. */
function fit(points: readonly (readonly [number, number])[]): { start: number; slope: number } {
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const slope =
    points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) /
    points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  return { slope, start: y - slope * x };
}

/** The same numbers in every run (a linear congruential generator, Numerical Recipes). */
function seeded(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
