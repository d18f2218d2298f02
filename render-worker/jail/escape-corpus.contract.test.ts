import { execFile, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, constants, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processEnvironment } from "../env.ts";
import { findProgram } from "./find-program.ts";
import type { CorpusResult } from "./testing/corpus-process.ts";
import { fileEscapes, kernelEscapes, networkEscapes, socketEscapes } from "./testing/escapes.ts";
import { processesWith } from "./testing/processes-with.ts";

/**
 * Ordinary users, if the tests run as root: one for each level, because the levels are tested side by side,
 * and the kernel limits the processes of a whole user.
 */
const ordinary = { FULL: { uid: 65_533, gid: 65_533 }, LIMITED: { uid: 65_532, gid: 65_532 } };
const isRoot = process.getuid?.() === 0;
const isCI = processEnvironment["CI"] === "true";
const corpusProcess = join(import.meta.dirname, "testing", "corpus-process.ts");
const escapes = [...fileEscapes, ...kernelEscapes, ...socketEscapes, ...networkEscapes];

/** A bubblewrap as in containers: no namespaces are available. */
const refusing = `#!/bin/sh
[ "$1" = --help ] && exit 0
echo "bwrap: No permissions to create a new namespace" >&2
exit 1
`;

interface Setting {
  level: "FULL" | "LIMITED";
  as: "root" | "an ordinary user" | "root, in folders of its own";
}

/** Prepares a worker's stand-in. */
async function prepare(folder: string, { level, as }: Setting): Promise<SpawnOptions> {
  const own = join(folder, `${level}-${as}`.replaceAll(/\W+/g, "-"));
  const [temporary, programs] = [join(own, "tmp"), join(own, "bin")];
  for (const path of [own, temporary, programs]) {
    await mkdir(path);
    await chmod(path, 0o777);
  }
  if (level === "LIMITED") await writeFile(join(programs, "bwrap"), refusing, { mode: 0o755 });
  return {
    env: {
      PATH: `${programs}:${processEnvironment["PATH"]}`,
      TMPDIR: temporary,
      SECRET: "canary",
      HOME_MODE: String(as === "root, in folders of its own" ? 0o700 : 0o755),
    },
    ...(as === "an ordinary user" && isRoot && ordinary[level]),
    timeout: 240_000,
  };
}

async function runCorpus(options: SpawnOptions): Promise<CorpusResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [corpusProcess], {
    ...options,
    encoding: "utf8",
  });
  return JSON.parse(stdout) as CorpusResult;
}

/**
 * Starts a worker's stand-in with a program, kills it, and returns the program's processes that do not end by
 * themselves.
 */
async function killWorker(options: SpawnOptions): Promise<string[]> {
  const worker = spawn(process.execPath, [corpusProcess, "hold"], {
    ...options,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!worker.stdout) throw new Error("The stand-in has no output.");
  const [marker] = (await once(worker.stdout, "data")) as [Buffer];
  const name = marker.toString().trim();
  expect(await processesWith(name)).not.toEqual([]);
  worker.kill("SIGKILL");
  await once(worker, "exit");
  let left = await processesWith(name);
  for (let waitedMs = 0; left.length > 0 && waitedMs < 30_000; waitedMs += 200) {
    await sleep(200);
    left = await processesWith(name);
  }
  return left;
}

const folder = await mkdtemp(join(tmpdir(), "reelay-corpus-"));
await chmod(folder, 0o755);
afterAll(() => rm(folder, { recursive: true, force: true }));

const missing = async (): Promise<string | null> => {
  if (process.platform !== "linux") return "there is a jail on Linux only";
  for (const name of ["bwrap", "perl"])
    if (!(await findProgram(name, processEnvironment["PATH"] ?? ""))) return `${name} is not installed`;
  return null;
};
const whyNot = await missing();
/** Version 1; of version 2, a worker takes only groups without strangers. */
const canMakeGroups =
  isRoot &&
  (await access("/sys/fs/cgroup/memory/cgroup.procs", constants.W_OK).then(
    () => true,
    () => false,
  ));

const settings: Setting[] = [
  { level: "FULL", as: "root" },
  { level: "FULL", as: "root, in folders of its own" },
  { level: "FULL", as: "an ordinary user" },
  { level: "LIMITED", as: "root" },
  { level: "LIMITED", as: "an ordinary user" },
];

const reasonAgainst = ({ as }: Setting): string | null =>
  whyNot ?? (as !== "an ordinary user" && !isRoot ? "the tests do not run as root" : null);

const results = new Map<Setting, CorpusResult>();
const survivors = new Map<Setting, string[]>();
beforeAll(async () => {
  const possible = settings.filter((setting) => reasonAgainst(setting) === null);
  await Promise.all(
    possible.map(async (setting) => {
      const options = await prepare(folder, setting);
      results.set(setting, await runCorpus(options));
      survivors.set(setting, await killWorker(options));
    }),
  );
});

describe.each(settings)("$level as $as", (setting) => {
  const { level } = setting;
  const cannot = reasonAgainst(setting);
  let result: CorpusResult;
  const promise = (name: string, check: () => void) =>
    test(name, ({ skip }) => {
      // In CI every part of the jail is installed, so a reason is a failure.
      expect(isCI ? whyNot : null).toBeNull();
      skip(cannot !== null, cannot ?? "");
      const found = results.get(setting);
      if (!found) throw new Error("The corpus was not run.");
      result = found;
      check();
    });

  promise("the jail has the expected level and reports why it is not higher", () => {
    expect(result.level).toBe(level);
    expect(result.reason).toBe(
      level === "FULL"
        ? null
        : "bubblewrap does not work here: bwrap: No permissions to create a new namespace",
    );
  });

  promise("memory and processes are limited as a group where control groups are available", () => {
    if (canMakeGroups && setting.as !== "an ordinary user") expect(result.limitsBy).toBe("CONTROL_GROUPS");
    const { memoryOfSeveral } = result.runs;
    // Four of 100 MiB each, with a limit of 256 MiB: each is allowed, all together are not.
    if (result.limitsBy === "RESOURCE_LIMITS") expect(memoryOfSeveral).toMatchObject({ stdout: `${7 << 8}` });
    else expect(memoryOfSeveral).toMatchObject({ isOutOfMemory: true });
  });

  promise("every escape attempt is refused for the expected reason", () => {
    const wrong = escapes
      .filter(({ name, refused }) => !refused[level].split(" ").includes(result.answers[name] ?? ""))
      .map(({ name, refused }) => `${name}: ${result.answers[name]} instead of ${refused[level]}`);
    expect(wrong).toEqual([]);
    expect(Object.keys(result.answers)).toHaveLength(escapes.length);
  });

  promise("no listener of the worker receives a connection, and the store is unchanged", () => {
    expect({ hits: result.hits, store: result.store }).toEqual({ hits: [], store: "canary in source" });
  });

  promise("the source and the attempt's own folder are accessible", () => {
    expect(result.source).toMatch(/the source$/);
    expect(result.runs["ownOutput"]).toMatchObject({ code: 0, stdout: "written" });
  });

  promise("programs can read what the worker writes into the attempt's folder", () => {
    expect(result.runs["handedOver"]).toMatchObject({ code: 0, stdout: "by the worker and back" });
  });

  promise("a program gets its own environment, descriptors and arguments, and none of the worker's", () => {
    const { environment, secrets, descriptors, identity, arguments: given } = result.runs;
    expect(environment).toMatchObject({ code: 0, stdout: "GIVEN=1", stderr: "" });
    expect(secrets).toMatchObject({ code: 0, stdout: "" });
    expect(descriptors).toMatchObject({ code: 0, stdout: "" });
    expect(identity?.stdout).not.toMatch(/^0|\b0$|65534/);
    expect(given).toMatchObject({ code: 0, stdout: "--bind|/|/host|--|env=A=b|a\nb" });
  });

  promise("memory, process, file and time limits are enforced, and the worker continues", () => {
    const { memory, forks, bigFile, temporary, files, time } = result.runs;
    expect(memory).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("Out of memory") });
    const [EAGAIN, EFBIG, ENOSPC, EACCES, EMFILE] = [11, 27, 28, 13, 24];
    expect(forks).toMatchObject({ stdout: `stopped ${EAGAIN} soon` });
    expect(bigFile).toMatchObject({ stdout: `stopped ${EFBIG}` });
    expect(temporary).toMatchObject({ stdout: `stopped ${level === "FULL" ? ENOSPC : EACCES}` });
    expect(files).toMatchObject({ stdout: `stopped ${EMFILE}` });
    expect(time).toMatchObject({ code: null, signal: "SIGXCPU" });
  });

  promise("a 32-bit system call ends the program", () => {
    if (process.arch === "x64")
      expect(result.runs["foreign"]).toMatchObject({ code: null, signal: "SIGSYS" });
  });

  promise("programs end when their worker is killed", () => {
    expect(survivors.get(setting)).toEqual([]);
  });

  promise("after two seconds, no process, file or mount is left", () => {
    expect(result.runs["daemon"]).toMatchObject({ code: 0, stdout: "left" });
    expect(result.left).toEqual({ processes: [], files: [], mounts: 0 });
  });
});
