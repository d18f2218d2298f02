/** `npm run check`: format, lint with types, dead code, migrations, fast tests. All of them run, so that one look shows all. */
import { spawnSync } from "node:child_process";

const STEPS: [what: string, program: string, ...args: string[]][] = [
  ["format", "biome", "ci"],
  ["lint and types", "oxlint"],
  ["dead code", "knip"],
  ["migrations cover the schema", process.execPath, "scripts/migration.ts", "--check"],
  ["unit tests", "vitest", "run", "--project", "unit"],
];

const failed = STEPS.filter(([what, program, ...args]) => {
  console.log(`\n── ${what}`);
  return spawnSync(program, args, { stdio: "inherit" }).status !== 0;
}).map(([what]) => what);

if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(", ")}.`);
  process.exitCode = 1;
}
