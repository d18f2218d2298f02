import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isCrash, planRestart } from "./plan-restart.ts";
import { supervise } from "./supervise.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "reelay-supervise-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const crashes = JSON.stringify(join(import.meta.dirname, "crashes.ts"));

/** Runs a program that executes `steps[0]` in its first run, `steps[1]` in its second, and so on. */
async function run(steps: readonly string[]) {
  const program = join(folder, "program.ts");
  await writeFile(
    program,
    `import { appendFileSync } from "node:fs";
    import { endOnCrash } from ${crashes};
    const note = (text) => appendFileSync(${JSON.stringify(join(folder, "notes"))}, text + "\\n");
    endOnCrash({ log: ({ err, origin }) => note(origin + ": " + err.message), handBack: async () => note("handed back"), withinMs: 5000 });
    setTimeout(() => undefined, 20_000);
    switch (Number(process.env.REELAY_RESTARTS)) {
      ${steps.map((step, index) => `case ${index}: ${step}; break;`).join("\n")}
    }`,
  );
  const printed: string[] = [];
  const end = await supervise({
    args: [program],
    environment: process.env,
    name: "The program",
    print: (text) => printed.push(text),
  });
  const notes = await readFile(join(folder, "notes"), "utf8").catch(() => "");
  return { end, printed, notes: notes.trim().split("\n") };
}

test("a crashed program returns its work and restarts until it exits intentionally", async () => {
  const { end, printed, notes } = await run([
    `setImmediate(() => { throw new Error("torn"); })`,
    `Promise.reject(new Error("refused"))`,
    `process.kill(process.pid, "SIGKILL")`,
    `process.exit(0)`,
  ]);
  expect(end).toEqual({ code: 0, signal: null });
  expect(notes).toEqual([
    "uncaughtException: torn",
    "handed back",
    "unhandledRejection: refused",
    "handed back",
  ]);
  expect(printed).toEqual([
    "The program crashed (code 1); it restarts in 0.25 s. Its jobs continue.",
    "The program crashed (code 1); it restarts in 0.5 s. Its jobs continue.",
    "The program crashed (SIGKILL); it restarts in 1 s. Its jobs continue.",
  ]);
});

test("a program that refuses its settings is not restarted", async () => {
  expect(await run(["process.exit(1)", "process.exit(0)"])).toMatchObject({
    end: { code: 1, signal: null },
    printed: [],
  });
});

test("a program that received a stop signal is not restarted", async () => {
  const { end, printed } = await run([
    `process.on("SIGTERM", () => process.exit(0)); process.kill(process.ppid, "SIGTERM")`,
  ]);
  expect([end, printed]).toEqual([{ code: 0, signal: null }, []]);
});

test("a program is restarted five times within a minute, after increasing pauses, and not a sixth time", () => {
  const crashedAt = [0, 5_000, 10_000, 15_000, 20_000, 25_000];
  const pauses = crashedAt.map((now, index) => planRestart(crashedAt.slice(0, index + 1), now));
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, null]);
  expect(planRestart([...crashedAt, 90_000], 90_000)).toBe(250);
});

test.each([
  [{ code: 0, signal: null, hasReported: false }, false],
  [{ code: 1, signal: null, hasReported: false }, false],
  [{ code: 1, signal: null, hasReported: true }, true],
  [{ code: 7, signal: null, hasReported: false }, true],
  [{ code: null, signal: "SIGSEGV", hasReported: false }, true],
  [{ code: null, signal: "SIGABRT", hasReported: false }, true],
  [{ code: null, signal: "SIGHUP", hasReported: false }, false],
] as const)("%j is a crash: %s", (ended, expected) => {
  expect(isCrash(ended)).toBe(expected);
});
