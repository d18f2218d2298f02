/** `npm run bench [-- worker|engine|playable|scale|fleet|memory|source|live|api|enqueue|events|forms|quality|jail|checksums|playback …] [--short]`: what the parts cost, each against something plain beside it. */
import { parseArgs } from "node:util";
import { run as api } from "./api/index.ts";
import { run as checksums } from "./checksums/index.ts";
import { type BenchOptions, describeConditions, type Figures } from "./conditions.ts";
import { run as engine } from "./engine/index.ts";
import { run as enqueue } from "./enqueue/index.ts";
import { run as events } from "./events/index.ts";
import { run as fleet } from "./fleet/index.ts";
import { run as forms } from "./forms/index.ts";
import { run as jail } from "./jail/index.ts";
import { run as live } from "./live/index.ts";
import { run as memory } from "./memory/index.ts";
import { run as playable } from "./playable/index.ts";
import { run as playback } from "./playback/index.ts";
import { run as quality } from "./quality/index.ts";
import { run as scale } from "./scale/index.ts";
import { run as source } from "./source/index.ts";
import { run as worker } from "./worker/index.ts";

const benches: Record<string, (options: BenchOptions) => Promise<Figures>> = {
  worker,
  engine,
  playable,
  scale,
  fleet,
  memory,
  source,
  // It has one length.
  live: ({ print }) => live(print),
  api,
  enqueue,
  events,
  forms,
  quality,
  jail,
  checksums,
  playback,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: "boolean", default: false } },
});
const chosen = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = chosen.filter((name) => !(name in benches));
const print = (line: string) => console.log(line);

if (unknown.length > 0) {
  console.error(
    `No bench is called ${unknown.join(", ")}: give some of ${Object.keys(benches).join(", ")}, or none for all.`,
  );
  process.exitCode = 2;
} else {
  const figures: Figures = {};
  for (const name of chosen) {
    print(`\n── ${name}: ${describeConditions()}${values.short ? "; short" : ""}`);
    Object.assign(figures, await benches[name]?.({ isShort: values.short, print }));
  }
  const rounded = Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]);
  print(`\n${JSON.stringify(Object.fromEntries(rounded))}`);
}
