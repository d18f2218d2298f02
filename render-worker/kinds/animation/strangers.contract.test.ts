/**
 * Further hostile scripts against whole workers, which run as root and as an ordinary user, with namespaces
 * and in what a container leaves of them. Each script has to end as it must, with nothing found and nothing
 * left.
 */
import { execFile, type SpawnOptions } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processEnvironment } from "../../env.ts";
import { findProgram } from "../../jail/find-program.ts";
import { likeAContainer } from "../../jail/testing/like-a-container.ts";
import { ToolNotFoundError } from "../../media/ffmpeg/index.ts";
import { findPainter } from "../../painters/index.ts";
import { printable } from "../../painting/printable.ts";
import type { StrangerResult } from "./testing/stranger-process.ts";
import { SECRET_PREFIX, strangerScripts } from "./testing/stranger-scripts.ts";

interface Setting {
  level: "FULL" | "LIMITED";
  as: "root" | "an ordinary user";
  isInContainer: boolean;
}

const path = processEnvironment["PATH"] ?? "";
const manimPython = processEnvironment["MANIM_PYTHON"];
const isRoot = process.getuid?.() === 0;
const isInCI = processEnvironment["CI"] === "true";
const strangerProcess = join(import.meta.dirname, "testing", "stranger-process.ts");
const secret = `${SECRET_PREFIX}${randomUUID()}`;
/** Ordinary users, if the tests run as root; the kernel limits the processes of a whole user. */
const ordinary = { FULL: { uid: 65_531, gid: 65_531 }, LIMITED: { uid: 65_530, gid: 65_530 } };

const settings: Setting[] = [
  { level: "FULL", as: "root", isInContainer: false },
  { level: "FULL", as: "an ordinary user", isInContainer: false },
  { level: "LIMITED", as: "root", isInContainer: true },
  { level: "LIMITED", as: "an ordinary user", isInContainer: true },
];

const folder = await mkdtemp(join(tmpdir(), "reelay-strangers-"));
await chmod(folder, 0o755);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a worker's stand-in. Its environment and its command line have the secret. */
async function run(name: string, wrap: (command: string[]) => string[], options: SpawnOptions) {
  const own = join(folder, name.replaceAll(/\W+/g, "-"));
  await mkdir(own);
  await chmod(own, 0o777);
  const mode = name === "control" ? "control" : "scripts";
  const [file = "", ...args] = wrap([process.execPath, strangerProcess, mode, secret]);
  const { stdout } = await promisify(execFile)(file, args, {
    env: {
      ...{ PATH: path, TMPDIR: own, DATABASE_URL: `postgres://reelay:${secret}@db/reelay`, API_KEY: secret },
      ...(manimPython !== undefined && { MANIM_PYTHON: manimPython }),
    },
    ...options,
    encoding: "utf8",
    maxBuffer: 64 * 1024 ** 2,
  });
  return JSON.parse(stdout) as StrangerResult;
}

const missing = async (): Promise<string | null> => {
  if (process.platform !== "linux") return "there is a jail on Linux only";
  for (const name of ["bwrap", "perl", "setpriv"])
    if (!(await findProgram(name, path))) return `${name} is not installed`;
  return await findPainter({ manimPython, path }).then(
    () => null,
    (error: unknown) => {
      if (error instanceof ToolNotFoundError) return error.message;
      throw error;
    },
  );
};
const whyNot = await missing();
const reasonAgainst = ({ as }: Setting): string | null =>
  whyNot ?? (as === "root" && !isRoot ? "the tests do not run as root" : null);

const results = new Map<Setting, StrangerResult>();
let control: StrangerResult | undefined;
beforeAll(async () => {
  if (whyNot !== null) return;
  const runAll = async (level: Setting["level"]) => {
    for (const setting of settings) {
      if (setting.level !== level || reasonAgainst(setting) !== null) continue;
      const { as, isInContainer } = setting;
      const wrap = (command: string[]) =>
        isInContainer ? likeAContainer(command, { isRoot: as === "root" }) : command;
      const user = as === "an ordinary user" && isRoot ? ordinary[level] : {};
      results.set(setting, await run(`${level} ${as}`, wrap, user));
    }
  };
  control = await run("control", (command) => command, isRoot ? ordinary.FULL : {});
  await Promise.all([runAll("FULL"), runAll("LIMITED")]);
}, 900_000);

const needs = (skip: (isSkipped: boolean, note: string) => void, reason: string | null) => {
  // In CI every part is installed, so a reason is a failure.
  expect(isInCI ? whyNot : null).toBeNull();
  skip(reason !== null, reason ?? "");
};

test("without a jail, scripts that do no harm there get through: they try what they say", ({ skip }) => {
  needs(skip, whyNot);
  const found = Object.entries(control?.ends ?? {}).map(([name, { message }]) => {
    const [, got = ""] = message.split(`${name}: `);
    return [name, got.trim()];
  });
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(
      strangerScripts
        .filter(({ isControl }) => isControl)
        .map(({ name }) => [name, expect.stringMatching(/\w/)]),
    ),
  );
});

describe.each(settings)("$level as $as, in a container: $isInContainer", (setting) => {
  const against = reasonAgainst(setting);
  const read = (skip: (isSkipped: boolean, note: string) => void): StrangerResult => {
    needs(skip, against);
    const found = results.get(setting);
    if (!found) throw new Error("The scripts were not run.");
    return found;
  };

  test("the worker has the expected jail", ({ skip }) => {
    const { level, reason } = read(skip);
    expect(level).toBe(setting.level);
    expect(reason).toEqual(
      setting.isInContainer ? expect.stringContaining("bubblewrap does not work here") : null,
    );
  });

  test.for(strangerScripts)(
    "$name: nothing is found, and nothing is left after two seconds",
    ({ name, ends }, { skip }) => {
      const one = read(skip).ends[name];
      expect(one).toMatchObject({
        ...{ end: expect.toBeOneOf([...(ends ?? ["SCRIPT_FAILED"])]), isRetriable: false, hasSecret: false },
        left: { processes: [], files: [] },
      });
      expect(one?.message).not.toMatch(/got through/);
      // Nor anything that a terminal obeys.
      expect(printable(one?.message ?? "")).toBe(one?.message);
      if (ends === undefined) expect(one?.message).toMatch(new RegExp(`${name}:$`));
    },
  );

  test("the worker lives, draws the next script, and has what it had", ({ skip }) => {
    const { last, connections, files, isUnchanged, descriptors } = read(skip);
    expect({ last, connections, files, isUnchanged }).toEqual({
      ...{ last: "DRAWN", connections: 0, files: ["canary.txt"], isUnchanged: true },
    });
    expect(descriptors).toBeLessThanOrEqual(0);
  });
});
