import { measureCpu, measureLatency, quantile } from "./measure.ts";
import { openStage } from "./stage.ts";
import { startViewers } from "./viewers.ts";

/** Named figures; times in milliseconds or microseconds, as their names say. */
export type Figures = Record<string, number>;

const goals = { p99Ms: 50, cpuRatio: 1.5 };

/**
 * How long a report takes to reach WebSocket viewers, and what a delivered message costs the server, against
 * a raw `ws` broadcast of the same bytes in the same process. About two minutes.
 */
export async function run(print: (line: string) => void = console.log): Promise<Figures> {
  await using stage = await openStage();
  await using viewers = startViewers();
  const figures: Figures = {};

  for (const subscribers of [1, 100, 1_000]) {
    const load = { subscribers, ticks: 100, everyMs: 100 };
    const shared = await measureLatency(stage, viewers, "shared", load);
    const raw = await measureLatency(stage, viewers, "raw", { ...load, ticks: 50 });
    for (const [side, sorted] of Object.entries({ shared, raw })) {
      figures[`live.latency.${subscribers}.${side}.p50Ms`] = quantile(sorted, 0.5);
      figures[`live.latency.${subscribers}.${side}.p99Ms`] = quantile(sorted, 0.99);
    }
    print(
      `live: report to WebSocket, ${subscribers} subscribers: ${times(shared)} (goal p99 ${goals.p99Ms} ms); raw ws broadcast ${times(raw)}`,
    );
  }

  // Warm first, then in pairs: the machine's better minute is neither side's.
  const load = { subscribers: 1_000, ticks: 60, everyMs: 60 };
  const sides = ["shared", "raw"] as const;
  for (const side of sides) await measureCpu(stage, viewers, side, { ...load, ticks: 15 });
  const rounds: { shared: number; raw: number }[] = [];
  for (let round = 0; round < 3; round += 1) {
    const shared = await measureCpu(stage, viewers, "shared", load);
    rounds.push({ shared, raw: await measureCpu(stage, viewers, "raw", load) });
  }
  const shared = median(rounds.map((each) => each.shared));
  const raw = median(rounds.map((each) => each.raw));
  const ratio = median(rounds.map((each) => each.shared / each.raw));
  const report = await measureCpu(stage, viewers, "shared", { ...load, subscribers: 1 });
  figures["live.cpu.sharedUsPerMessage"] = shared;
  figures["live.cpu.rawUsPerMessage"] = raw;
  figures["live.cpu.ratio"] = ratio;
  figures["live.cpu.usPerReport"] = report;
  print(
    `live: server CPU per delivered message: ${shared.toFixed(1)} µs, raw ws broadcast ${raw.toFixed(1)} µs, ratio ${ratio.toFixed(2)} (goal ${goals.cpuRatio}); of it once per report, to receive and execute: ${(report / 1_000).toFixed(1)} ms`,
  );
  return figures;
}

const times = (sorted: readonly number[]): string =>
  `p50 ${quantile(sorted, 0.5).toFixed(1)} ms, p99 ${quantile(sorted, 0.99).toFixed(1)} ms`;

const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

if (import.meta.main) await run();
