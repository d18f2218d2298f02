import { setTimeout as sleep } from "node:timers/promises";
import type { BenchOptions, Figures } from "../conditions.ts";
import { makeLongClip } from "../engine/long-clip.ts";
import { type Stage, startStage, upload } from "../engine/stage.ts";
import { show, summarize } from "../statistics.ts";

const goals = { median: 2.5, slowest: 6 };

/** Settings of the one worker: as it ships, and without express slots. */
const workers = { default: {}, "no-express": { WORKER_EXPRESS_SLOTS: "0" } };

/**
 * How long new videos wait for a long one. While one worker renders a video of six minutes, ten clips arrive,
 * one per second: the time from each one's last byte until it is PLAYABLE for a subscriber, with express
 * slots and without; and how long the long video takes, beside the same video alone.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const figures: Figures = {};
  const plans = [
    { name: "alone", settings: workers.default, clips: 0 },
    { name: "default", settings: workers.default, clips: isShort ? 4 : 10 },
    { name: "no-express", settings: workers["no-express"], clips: isShort ? 4 : 10 },
  ];
  for (const { name, settings, clips } of plans) {
    await using stage = await startStage({ workers: [{ env: settings }] });
    const { longSeconds, waits } = await measure(stage, { minutes: isShort ? 2 : 6, clips, print });
    figures[`second.${name}.longSeconds`] = longSeconds;
    const ready = `the long video is READY after ${longSeconds.toFixed(1)} s`;
    if (waits.length === 0) {
      print(`second: ${name}: ${ready}`);
      continue;
    }
    const wait = summarize(waits);
    figures[`second.${name}.medianSeconds`] = wait.median;
    figures[`second.${name}.slowestSeconds`] = wait.max;
    print(
      `second: ${name}: ${clips} clips are PLAYABLE after ${show(wait, 2, " s")} (goals: median ${goals.median} s, slowest ${goals.slowest} s); ${ready}`,
    );
  }
  return figures;
}

interface Plan {
  minutes: number;
  clips: number;
  print: (line: string) => void;
}

async function measure(stage: Stage, { minutes, clips, print }: Plan) {
  const { client, tools } = stage;
  const make = (seconds: number) =>
    makeLongClip(tools.ffmpeg, { kind: "standard", size: "1920x1080", seconds }, print);
  const long = await make(minutes * 60);
  const short = [await make(4), await make(30)];
  const startedAt = performance.now();
  const id = await upload(stage, long);
  const ready = client.watch(id).then((states) => {
    assertNotFailed(states.at(-1));
    return (performance.now() - startedAt) / 1_000;
  });
  // Its head is made, and chunks take the slot.
  while (!(await isSplit(stage, id))) await sleep(100);
  const waits = await Promise.all(
    Array.from({ length: clips }, async (_, index) => {
      await sleep(index * 1_000);
      const clip = await upload(stage, short[index % short.length] ?? "");
      const arrivedAt = performance.now();
      const states = await client.watch(clip, ({ status }) =>
        ["PLAYABLE", "READY", "FAILED"].includes(status),
      );
      assertNotFailed(states.at(-1));
      return (performance.now() - arrivedAt) / 1_000;
    }),
  );
  return { waits, longSeconds: await ready };
}

async function isSplit({ db }: Stage, id: string): Promise<boolean> {
  const videoId = Buffer.from(id, "base64").toString().split(":")[1] ?? "";
  return (await db.task.count({ where: { isRest: true, status: "RUNNING", job: { videoId } } })) > 0;
}

function assertNotFailed(video: { status: string; error?: { message: string } } | undefined): void {
  if (video === undefined || video.status === "FAILED")
    throw new Error(`It failed: ${video?.error?.message}`);
}
