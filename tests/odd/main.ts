/** `npm run odd`: see docs/reference/testing.md. */
import { allTools } from "../../render-worker/testing/kit.ts";
import { runCommand } from "../../scripts/command-line.ts";
import { requirements } from "./check-stream.ts";
import { allRuns } from "./choose-runs.ts";
import { namedCases } from "./named-cases.ts";
import type { OddCase } from "./odd-case.ts";
import { planCase } from "./plan-case.ts";
import { openBuild, runCase } from "./run-case.ts";

await runCommand(
  {
    name: "npm run odd",
    summary:
      "Encodes files as people have them, whole and in parts, with each ffmpeg, and checks every stream.",
    options: {
      all: {
        type: "boolean",
        help: "The named cases of `npm test` in every combination, instead of random files.",
      },
      seed: { type: "string", value: "N", default: "1", help: "First seed. Default: 1." },
      count: { type: "string", value: "N", default: "100", help: "Number of files. Default: 100." },
      seeds: { type: "string", value: "N,N…", help: "Exactly these seeds." },
    },
    examples: [
      "npm run odd -- --all",
      "npm run odd -- --seed 200 --count 50",
      "npm run odd -- --seeds 33,161",
    ],
  },
  ({ values: { all, seed, count, seeds } }) =>
    check(
      all
        ? namedCases
        : (
            seeds?.split(",").map(Number) ??
            Array.from({ length: Number(count) }, (_, index) => Number(seed) + index)
          ).map(planCase),
    ),
);

async function check(cases: readonly OddCase[]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const builds = (await Promise.all((await allTools()).map(openBuild))).map((build) => stack.use(build));
  const faulty = new Map<string, number>(requirements.map((name) => [name, 0]));
  const counts = { cases: 0, streams: 0, notMade: 0, inParts: 0, faulty: 0 };
  for (const odd of cases) {
    const { streams, error } = await runCase(odd, builds, allRuns(builds.length));
    if (streams === null) {
      counts.notMade += 1;
      console.log(`not made: ${odd.name}: ${error?.slice(0, 300)}`);
      continue;
    }
    counts.cases += 1;
    for (const { version, parts, faults } of streams) {
      counts.streams += 1;
      if (parts !== null) counts.inParts += 1;
      if (faults.length > 0) counts.faulty += 1;
      for (const name of new Set(faults.map(({ requirement }) => requirement)))
        faulty.set(name, (faulty.get(name) ?? 0) + 1);
      const how = parts === null ? "whole" : `${parts} parts`;
      console.log(`${faults.length === 0 ? "fine" : "FAULTY"} ${version} (${how}): ${odd.name}`);
      for (const { requirement, what } of faults) console.log(`    ${requirement}: ${what}`);
    }
  }
  console.log(JSON.stringify({ ...counts, ...Object.fromEntries(faulty) }));
  process.exitCode = counts.faulty > 0 ? 1 : 0;
}
