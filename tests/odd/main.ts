/** `npm run odd`: see docs/reference/testing.md. */
import { allTools } from "../../render-worker/testing/kit.ts";
import { runCommand } from "../../scripts/command-line.ts";
import { requirements } from "./check-stream.ts";
import { planCase } from "./plan-case.ts";
import { openBuild, runCase } from "./run-case.ts";

await runCommand(
  {
    name: "npm run odd",
    summary:
      "Makes files as people have them by chance, renders them whole and in parts, and checks every stream.",
    options: {
      seed: { type: "string", value: "N", default: "1", help: "First seed. Default: 1." },
      count: { type: "string", value: "N", default: "100", help: "Number of files. Default: 100." },
      seeds: { type: "string", value: "N,N…", help: "Exactly these seeds." },
    },
    examples: ["npm run odd -- --seed 200 --count 50", "npm run odd -- --seeds 33,161"],
  },
  ({ values: { seed, count, seeds } }) =>
    check(
      seeds?.split(",").map(Number) ??
        Array.from({ length: Number(count) }, (_, index) => Number(seed) + index),
    ),
);

async function check(seeds: readonly number[]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const builds = (await Promise.all((await allTools()).map(openBuild))).map((build) => stack.use(build));
  const faulty = new Map<string, number>(requirements.map((name) => [name, 0]));
  const counts = { cases: 0, streams: 0, notMade: 0, inParts: 0, faulty: 0 };
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
}
