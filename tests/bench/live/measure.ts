import { setTimeout as delay } from "node:timers/promises";
import { progressed } from "../../../src/progress/testing/rendering-video.ts";
import type { Stage } from "./stage.ts";
import type { Viewers } from "./viewers.ts";

/** What viewers were sent last through the API: the raw server broadcasts the same bytes. */
let sample = "";

/** `shared`: through the API. `raw`: by the bare server. */
export type Side = "shared" | "raw";
export interface Load {
  subscribers: number;
  ticks: number;
  everyMs: number;
}

let lastTick = 0;

const connect = ({ url, subscribe, raw }: Stage, viewers: Viewers, side: Side, count: number) =>
  viewers.ask(
    side === "shared" ? { do: "connect", url, subscribe, count } : { do: "connect", url: raw.url, count },
  );

/** The next progress report; its number stands in `fps`, so that viewers can tell ticks apart. */
function nextReport(stage: Stage) {
  lastTick += 1;
  const report = progressed(stage.video, lastTick, Math.min(lastTick / 10_000, 1));
  for (const variant of report.detail.variants) variant.fps = lastTick;
  return { tick: lastTick, report };
}

/**
 * Ticks that go before the measured ones: a process that has just met its first viewer is still compiling.
 */
const warmUp = 10;

/** Milliseconds from a report's publication (or the broadcast) to its arrival at each viewer, sorted. */
export async function measureLatency(
  stage: Stage,
  viewers: Viewers,
  side: Side,
  { subscribers, ticks, everyMs }: Load,
): Promise<number[]> {
  await connect(stage, viewers, side, subscribers);
  const publishedAt: [number, string][] = [];
  for (let each = -warmUp; each < ticks; each += 1) {
    const { tick, report } = nextReport(stage);
    if (each === 0) publishedAt.length = 0;
    if (side === "shared") publishedAt.push([tick, await stage.publish(report)]);
    else {
      publishedAt.push([tick, String(process.hrtime.bigint())]);
      stage.raw.broadcast(sample.replace(/"fps":\d+/, `"fps":${tick}`));
    }
    await delay(everyMs);
  }
  await viewers.received((warmUp + ticks) * subscribers);
  if (side === "shared") sample = (await viewers.ask({ do: "newest" })).newest ?? "";
  const { latenciesMs = [] } = await viewers.ask({ do: "latencies", publishedAt });
  await viewers.ask({ do: "disconnect" });
  return latenciesMs.sort((a, b) => a - b);
}

/** This process's CPU microseconds per message that a viewer was given. */
export async function measureCpu(
  stage: Stage,
  viewers: Viewers,
  side: Side,
  { subscribers, ticks, everyMs }: Load,
): Promise<number> {
  await connect(stage, viewers, side, subscribers);
  const before = process.cpuUsage();
  for (let each = 0; each < ticks; each += 1) {
    if (side === "shared") await stage.publish(nextReport(stage).report);
    else stage.raw.broadcast(sample);
    await delay(everyMs);
  }
  const delivered = await viewers.received(ticks * subscribers);
  const { user, system } = process.cpuUsage(before);
  await viewers.ask({ do: "disconnect" });
  return (user + system) / delivered;
}

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
