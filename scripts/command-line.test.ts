import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { describeCommand, parseCommand, UsageError } from "./command-line.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Runs a script as npm does, but without npm. */
function run(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const [, , ...line] = (scripts[name] ?? "").split(" ");
  return new Promise((resolve) => {
    execFile(process.execPath, [...line, ...args], { cwd: ROOT }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
    );
  });
}

test.each(Object.keys(scripts))("npm run %s -- --help prints usage and starts nothing", async (name) => {
  const { code, output } = await run(name, "--help");
  expect([code, output]).toEqual([0, expect.stringMatching(/usage|npm start/i)]);
});

test.each(["worker", "build"])("npm run %s rejects an unknown option with usage", async (name) => {
  const { code, output } = await run(name, "--no-such-option");
  expect(code).not.toBe(0);
  expect(output).toMatch(/Unknown option '--no-such-option'[^]*npm (run )?\w+/);
});

test("every script runs in any shell: exec, node and plain arguments, with an exec.cmd for Windows", () => {
  for (const line of Object.values(scripts)) expect(line).toMatch(/^exec node scripts\/run\.mjs [\w./ =-]+$/);
  expect(readFileSync(path.join(ROOT, "exec.cmd"), "utf8").split("\r\n").slice(1)).toEqual(["@%*", ""]);
});

const paint = {
  name: "npm run paint",
  summary: "Paints a wall.",
  operands: "[WALL…]",
  options: {
    colour: { type: "string", value: "NAME", default: "white", help: "Of the paint. Default: white." },
    twice: { type: "boolean", help: "Paints a second coat." },
  },
  examples: ["npm run paint -- north --twice"],
} as const;

test("the usage lists the options with their values and descriptions", () => {
  expect(describeCommand(paint)).toMatchInlineSnapshot(`
    "Usage: npm run paint -- [OPTIONS] [WALL…]

    Paints a wall.

    Options:
      --colour NAME  Of the paint. Default: white.
      --twice        Paints a second coat.
      --help         Prints this.

    Examples:
      npm run paint -- north --twice"
  `);
});

test("options are parsed with their defaults, and --help overrides everything else", () => {
  expect(parseCommand(paint, ["north", "--twice"])).toMatchObject({
    values: { colour: "white", twice: true },
    positionals: ["north"],
  });
  expect(parseCommand(paint, ["--nonsense", "--help"])).toBeNull();
});

test("unknown options, missing values and unexpected arguments are usage errors", () => {
  expect(() => parseCommand(paint, ["--fast"])).toThrow(UsageError);
  expect(() => parseCommand(paint, ["--colour"])).toThrow(UsageError);
  expect(() => parseCommand({ name: "npm run wait", summary: "", examples: [] }, ["now"])).toThrow(
    "Unexpected argument 'now'",
  );
});
