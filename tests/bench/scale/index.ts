import { availableParallelism } from "node:os";
import type { BenchOptions, Figures } from "../conditions.ts";
import { makeLongClip } from "../engine/long-clip.ts";
import { startStage, upload } from "../engine/stage.ts";
import { show, summarize } from "../statistics.ts";
import { pinToFirstCore } from "./pin.ts";

const goal = 1.85;

/**
 * One six-minute video on one worker that has one core, and on two workers that have one core each, in turns:
 * from the end of its upload until it is ready. API, database and broker run on the first worker's core in
 * both: what is added is a worker and the core that it has, as with another machine.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  if (availableParallelism() < 2) {
    print("scale: this machine has one core; two are needed");
    return {};
  }
  using _pinned = pinToFirstCore();
  const seconds = isShort ? 60 : 360;
  const rounds = isShort ? 1 : 2;
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const one = await render([{ cores: "0" }], seconds, print);
    const two = await render([{ cores: "0" }, { cores: "1" }], seconds, print);
    ratios.push(one / two);
    print(`scale: round ${round}: one worker ${one.toFixed(1)} s, two ${two.toFixed(1)} s`);
  }
  const ratio = summarize(ratios);
  print(`scale: two workers of one core each are ${show(ratio)} times as fast as one (goal ${goal})`);
  return { "scale.twoWorkers": ratio.median };
}

async function render(workers: { cores: string }[], seconds: number, print: (line: string) => void) {
  await using stage = await startStage({ workers });
  const clip = await makeLongClip(stage.tools.ffmpeg, { kind: "standard", size: "960x540", seconds }, print);
  const id = await upload(stage, clip);
  const startedAt = performance.now();
  const states = await stage.client.watch(id);
  if (states.at(-1).status !== "READY") throw new Error(`the video ended as ${states.at(-1).status}`);
  return (performance.now() - startedAt) / 1_000;
}
