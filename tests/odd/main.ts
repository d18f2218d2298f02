/** `npm run odd -- [--seed N] [--count N] [--seeds N,N]`: streams of files as people have them, made by chance and checked in every respect. */
import { parseArgs } from "node:util";
import { allTools } from "../../render-worker/testing/kit.ts";
import { requirements } from "./check-stream.ts";
import { planCase } from "./plan-case.ts";
import { openBuild, runCase } from "./run-case.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "100" },
    seeds: { type: "string" },
  },
});
await using stack = new AsyncDisposableStack();
const builds = (await Promise.all((await allTools()).map(openBuild))).map((build) => stack.use(build));
const first = Number(values.seed);
const faulty = new Map<string, number>(requirements.map((name) => [name, 0]));
const counts = { cases: 0, streams: 0, notMade: 0, inParts: 0, faulty: 0 };
const seeds =
  values.seeds?.split(",").map(Number) ??
  Array.from({ length: Number(values.count) }, (_, index) => first + index);
for (const seed of seeds) {
  const odd = planCase(seed);
  const { builds: made, error } = await runCase(odd, builds);
  if (made === null) {
    counts.notMade += 1;
    console.log(`${seed} not made: ${odd.name}: ${error?.slice(0, 300)}`);
    continue;
  }
  counts.cases += 1;
  for (const { version, parts, faults } of made) {
    counts.streams += 1;
    if (parts !== null) counts.inParts += 1;
    if (faults.length > 0) counts.faulty += 1;
    for (const name of new Set(faults.map(({ requirement }) => requirement)))
      faulty.set(name, (faulty.get(name) ?? 0) + 1);
    console.log(
      `${seed} ${faults.length === 0 ? "fine" : "FAULTY"} ${version}${parts === null ? "" : ` (${parts} parts)`}: ${odd.name}`,
    );
    for (const { requirement, what } of faults) console.log(`    ${requirement}: ${what}`);
  }
}
console.log(JSON.stringify({ ...counts, ...Object.fromEntries(faulty) }));
process.exitCode = counts.faulty > 0 ? 1 : 0;
