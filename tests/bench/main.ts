/** `npm run bench`: see tests/bench/README.md. */
import { runCommand, UsageError } from "../../scripts/command-line.ts";
import { run as animation } from "./animation/index.ts";
import { run as api } from "./api/index.ts";
import { run as batch } from "./batch/index.ts";
import { run as checksums } from "./checksums/index.ts";
import { run as composition } from "./composition/index.ts";
import { type BenchOptions, describeConditions, type Figures } from "./conditions.ts";
import { run as cost } from "./cost/index.ts";
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
import { run as scenes } from "./scenes/index.ts";
import { run as second } from "./second/index.ts";
import { run as source } from "./source/index.ts";
import { run as worker } from "./worker/index.ts";

const benches: Record<string, (options: BenchOptions) => Promise<Figures>> = {
  worker,
  engine,
  playable,
  animation,
  composition,
  batch,
  cost,
  scale,
  scenes,
  fleet,
  memory,
  second,
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

await runCommand(
  {
    name: "npm run bench",
    summary:
      "Measures what the parts cost, each against something plain that runs beside it. Default: all benches.",
    operands: "[BENCH…]",
    options: {
      short: {
        type: "boolean",
        default: false,
        help: "Fewer and smaller rounds, to see that a bench works.",
      },
    },
    examples: ["npm run bench -- worker", "npm run bench -- api events --short"],
  },
  ({ values, positionals }) => measure(positionals, values.short),
);

async function measure(names: readonly string[], isShort: boolean): Promise<void> {
  const chosen = names.length > 0 ? names : Object.keys(benches);
  const unknown = chosen.filter((name) => !(name in benches));
  const known = Object.keys(benches).join(", ");
  if (unknown.length > 0)
    throw new UsageError(`No bench is called ${unknown.join(", ")}: give some of ${known}, or none for all.`);
  const print = (line: string) => console.log(line);
  const figures: Figures = {};
  for (const name of chosen) {
    print(`\n── ${name}: ${describeConditions()}${isShort ? "; short" : ""}`);
    Object.assign(figures, await benches[name]?.({ isShort, print }));
  }
  const rounded = Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]);
  print(`\n${JSON.stringify(Object.fromEntries(rounded))}`);
}
