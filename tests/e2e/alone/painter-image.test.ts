/**
 * The image that draws scripts of strangers, as docker-compose.yml runs it: in a container of a real engine,
 * without rights. It draws, and its jail holds there.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CorpusResult } from "../../../render-worker/jail/testing/corpus-process.ts";
import type { StrangerResult } from "../../../render-worker/kinds/animation/testing/stranger-process.ts";
import { strangerScripts } from "../../../render-worker/kinds/animation/testing/stranger-scripts.ts";
import type { Engine } from "../../images/engine.ts";
import { createKey, isImpossible, makeVideo, startEngineWith } from "../../images/set-up.ts";

const root = join(import.meta.dirname, "../../..");
const secret = "canary-of-the-container";
/** What the engine permits decides the level: see docs/explanation/security.md. */
const settings = [
  { level: "LIMITED", permitted: [], reason: expect.stringContaining("bubblewrap does not work here") },
  { level: "FULL", permitted: ["seccomp=unconfined", "unmask=ALL"], reason: null },
];
type Setting = (typeof settings)[number];

let engine: Engine;

beforeAll(async () => {
  if (isImpossible) return;
  engine = await startEngineWith(["reelay-api", "reelay-worker", "reelay-painter"]);
}, 1_500_000);
afterAll(() => engine?.[Symbol.asyncDispose](), 60_000);

/**
 * In a namespace of processes the jail has ones with the lowest numbers: what is done to them must not be
 * taken for something done to the worker.
 */
const notFirst = 'for each in $(seq 100); do /bin/true; done; node "$0" "$@"; exit $?';

/** Runs a worker's stand-in in the image, with the painter's limits in docker-compose.yml. */
async function runStandIn<T>(
  { permitted }: Setting,
  file: string,
  args: string[],
  environment: Record<string, string>,
): Promise<T> {
  const printed = await engine.podman(
    ...["run", "--rm", "--pull=never", "--network=none", "--read-only", "--cap-drop=ALL"],
    ...["--security-opt=no-new-privileges", "--memory=8g", "--pids-limit=2048", "--tmpfs=/tmp"],
    ...permitted.map((option) => `--security-opt=${option}`),
    ...["--volume=/work", `--volume=${root}:/reelay:ro`, "--env=TMPDIR=/work"],
    ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
    ...[
      "--entrypoint=sh",
      "localhost/reelay-painter",
      "-c",
      notFirst,
      `/reelay/render-worker/${file}`,
      ...args,
    ],
  );
  return JSON.parse(printed) as T;
}

test.skipIf(isImpossible)(
  "a script is drawn, and its video plays",
  async () => {
    await engine.compose("--profile", "painter", "up", "--detach", "--wait", "--no-build");
    const script = [
      "from manim import *",
      "class Square1(Scene):",
      "    def construct(self):",
      "        self.play(Create(Square()), run_time=2)",
    ].join("\n");
    const video = await makeVideo(engine, await createKey(engine), { script });
    expect(video).toMatchObject({ status: "READY", error: null });
    expect(video.frames).toBeGreaterThan(1);
    await engine.compose("--profile", "*", "down", "--volumes", "--timeout", "5");
  },
  400_000,
);

describe.skipIf(isImpossible).each(settings)("$level", (setting) => {
  test("no attempt to escape gets through", async () => {
    const { answers, hits, store, left, ...jail } = await runStandIn<CorpusResult>(
      setting,
      "jail/testing/corpus-process.ts",
      [],
      { SECRET: "canary", HOME_MODE: String(0o755) },
    );
    expect(jail).toMatchObject({ level: setting.level, reason: setting.reason });
    expect(Object.keys(answers).length).toBeGreaterThan(80);
    expect(Object.values(answers)).not.toContain("got through");
    expect({ hits, store, left }).toEqual({
      hits: [],
      store: "canary in source",
      left: { processes: [], files: [], mounts: 0 },
    });
  }, 400_000);

  test("hostile scripts find nothing and leave nothing, and the worker draws the next", async () => {
    const { ends, last, connections, files, isUnchanged, ...jail } = await runStandIn<StrangerResult>(
      setting,
      "kinds/animation/testing/stranger-process.ts",
      ["scripts", secret],
      { API_KEY: secret, DATABASE_URL: `postgres://reelay:${secret}@db/reelay` },
    );
    expect(jail).toMatchObject({ level: setting.level, reason: setting.reason });
    expect(Object.keys(ends)).toEqual(strangerScripts.map(({ name }) => name));
    for (const { name, ends: allowed = ["SCRIPT_FAILED"] } of strangerScripts) {
      expect(ends[name], name).toMatchObject({
        ...{ end: expect.toBeOneOf([...allowed]), isRetriable: false, hasSecret: false },
        left: { processes: [], files: [] },
        message: expect.not.stringContaining("got through"),
      });
    }
    expect({ last, connections, files, isUnchanged }).toEqual({
      ...{ last: "DRAWN", connections: 0, files: ["canary.txt"], isUnchanged: true },
    });
  }, 400_000);
});
