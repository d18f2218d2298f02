/**
 * `npm run check`: what a change must pass before it is worth a full run. All steps run, so that one look
 * shows all.
 */
import { spawnSync } from "node:child_process";
import { runCommand } from "./command-line.ts";

const steps: [what: string, program: string, ...args: string[]][] = [
  ["format", "biome", "ci"],
  ["lint and types", "oxlint"],
  ["dead code", "knip"],
  ["migrations cover the schema", process.execPath, "scripts/migration.ts", "--check"],
  ["tests without I/O", "vitest", "run", "--project", "pure"],
];

await runCommand(
  {
    name: "npm run check",
    summary: "Checks format, lint with types, dead code and migrations, and runs the tests that need no I/O.",
    options: { fix: { type: "boolean", help: "Formats the files, and does nothing else." } },
    examples: ["npm run check", "npm run check -- --fix"],
  },
  ({ values }) => (values.fix ? format() : check()),
);

function format(): void {
  process.exitCode = run("biome", "check", "--write");
}

function check(): void {
  const failed = steps
    .filter(([what, ...command]) => {
      console.log(`\n── ${what}`);
      return run(...command) !== 0;
    })
    .map(([what]) => what);
  if (failed.length > 0) throw new Error(`\nFailed: ${failed.join(", ")}.`);
}

function run(program: string, ...args: string[]): number {
  return spawnSync(program, args, { stdio: "inherit", shell: process.platform === "win32" }).status ?? 1;
}
