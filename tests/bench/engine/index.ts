import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";
import { renderByHand, showCommand } from "../worker/by-hand.ts";
import { findOrMakeClip } from "../worker/clip.ts";
import { renderOnePerRung, showFirst } from "./one-per-rung.ts";
import { type Stage, startStage } from "./stage.ts";

const goals = { cascaded: { cpu: 1.03, wall: 1.05 }, onePerRung: { cpu: 0.6, wall: 0.6 } };

interface Cost {
  cpuSeconds: number;
  wallSeconds: number;
}

/**
 * The whole system against bare ffmpeg, for the same six rungs: one process with one decode and cascaded
 * scaling, and one process per rung as others do; for one video, and for eight that wait at once. In turns.
 * CPU is that of the workers and of what they start.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const seconds = isShort ? 36 : 60;
  const many = isShort ? 2 : 8;
  const rounds = isShort ? 1 : 2;
  await using stage = await startStage({ workers: [{}] });
  const { ffmpeg } = stage.tools;
  await createBenchProfile(stage);
  const clip = await findOrMakeClip(ffmpeg, seconds, print);
  print(`engine: ${seconds} s of 1080p30, six rungs; one decode, cascaded:\n  ${showCommand(clip)}`);
  print(`engine: one process per rung, four at a time, the first of them:\n  ${showFirst(clip)}`);
  const folder = join(stage.directory, "by-hand");
  const inFolder = async (work: () => Promise<Cost>) => {
    const cost = await work();
    await rm(folder, { recursive: true });
    return cost;
  };
  const rows: { one: Cost; cascaded: Cost; perRung: Cost }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const cascaded = await inFolder(() => renderByHand(ffmpeg, clip, folder));
    const one = await renderAll(stage, clip, 1);
    const perRung = await inFolder(() => renderOnePerRung(ffmpeg, clip, folder));
    rows.push({ one, cascaded, perRung });
    print(
      `engine: round ${round}: cascaded ${tell(cascaded)}; ours ${tell(one)}; one per rung ${tell(perRung)}`,
    );
  }
  const eight = await renderAll(stage, clip, many);
  const after = await inFolder(() => renderByHand(ffmpeg, clip, folder));
  print(`engine: ${many} at once: ours ${tell(eight)}; one by hand right after ${tell(after)}`);

  const ratio = (other: "cascaded" | "perRung", what: keyof Cost) =>
    summarize(rows.map((row) => row.one[what] / row[other][what]));
  const figures = {
    "engine.cascaded.cpuRatio": ratio("cascaded", "cpuSeconds").median,
    "engine.cascaded.wallRatio": ratio("cascaded", "wallSeconds").median,
    "engine.onePerRung.cpuRatio": ratio("perRung", "cpuSeconds").median,
    "engine.onePerRung.wallRatio": ratio("perRung", "wallSeconds").median,
    [`engine.cascaded.cpuRatioOf${many}`]: eight.cpuSeconds / many / after.cpuSeconds,
    [`engine.cascaded.wallRatioOf${many}`]: eight.wallSeconds / many / after.wallSeconds,
  };
  print(
    `engine: against one decode, cascaded: CPU ${show(ratio("cascaded", "cpuSeconds"), 3)} (goal ${goals.cascaded.cpu}), wall ${show(ratio("cascaded", "wallSeconds"), 3)} (goal ${goals.cascaded.wall}); ${many} at once: CPU ${(eight.cpuSeconds / many / after.cpuSeconds).toFixed(3)}, wall ${(eight.wallSeconds / many / after.wallSeconds).toFixed(3)}`,
  );
  print(
    `engine: against one process per rung: CPU ${show(ratio("perRung", "cpuSeconds"), 3)} (goal ${goals.onePerRung.cpu}), wall ${show(ratio("perRung", "wallSeconds"), 3)} (goal ${goals.onePerRung.wall})`,
  );
  return figures;
}

/**
 * The ladder of the commands beside it, under their ceilings, with nothing decided by content: the same
 * encodes.
 */
export async function createBenchProfile({ client }: Stage): Promise<void> {
  const rungs = [
    [144, 200],
    [240, 400],
    [360, 800],
    [480, 1_400],
    [720, 3_500],
    [1080, 6_000],
  ] as const;
  const input = {
    name: "bench",
    bitrateMode: "FIXED",
    rungs: rungs.map(([height, kilobits]) => ({
      name: `${height}p`,
      height,
      tier: height < 720 ? "CRITICAL" : "STANDARD",
      bitrateBps: kilobits * 1_000,
    })),
  };
  const { data, errors } = await client.ask(
    "mutation($input: CreateProfileInput!) { createProfile(input: $input) { __typename } }",
    { input },
  );
  if (data?.createProfile.__typename !== "Profile") throw new Error(JSON.stringify(errors ?? data));
}

const tell = ({ cpuSeconds, wallSeconds }: Cost): string =>
  `${cpuSeconds.toFixed(1)} s CPU, ${wallSeconds.toFixed(1)} s wall`;

/**
 * From the last byte of the last upload until all are ready: those that come first do not begin before, as
 * their queue is paused.
 */
async function renderAll(stage: Stage, clip: string, count: number): Promise<Cost> {
  const { client } = stage;
  await client.ask("mutation { pauseQueue { __typename } }");
  const ids = [];
  for (let index = 0; index < count; index += 1) ids.push(await client.upload(clip, { profile: "bench" }));
  const before = await stage.workersAtRest();
  const startedAt = performance.now();
  await client.ask("mutation { resumeQueue { __typename } }");
  for (const id of ids) await ready(stage, id);
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const cpuSeconds = (await stage.workerCpuSeconds()) - before;
  // The next round has the machine to itself.
  await stage.workersAtRest();
  return { cpuSeconds, wallSeconds };
}

async function ready({ client }: Stage, id: string): Promise<void> {
  const states = await client.watch(id);
  const { status, error } = states.at(-1);
  if (status !== "READY") throw new Error(`a video of the bench ended as ${status}: ${error?.message}`);
}
