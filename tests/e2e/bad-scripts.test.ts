/** What the author of a script that cannot be drawn reads: a code, the line, the meaning and a remedy. */
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareKinds } from "@reelay/render-worker";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createNoJail, type Jail } from "../../render-worker/jail/index.ts";
import { processesWith } from "../../render-worker/jail/testing/processes-with.ts";
import { findPainter } from "../../render-worker/painters/index.ts";
import { testTools } from "../../render-worker/testing/kit.ts";
import { findInstalledPainter, painterOptions } from "../../render-worker/testing/painter.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { untilSettled } from "../kit/until-settled.ts";
import { startPainter } from "./start-painter.ts";

const installed = await findInstalledPainter();

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

/** A scene whose body begins in line 5. */
const scene = (body: string, before = ""): string =>
  `from manim import *\n${before}\nclass GenScene(Scene):\n    def construct(self):\n${body.trim().replaceAll(/^\s*/gm, (spaces) => " ".repeat(8 + spaces.length))}\n`;

interface BadScript {
  what: string;
  script: string;
  code: string;
  line: number | null;
  /** Of the message: the meaning, then the remedy. */
  says: string[];
}

const MANY = "4711";
/** Silence is longer than an endless loop takes on a busy machine. */
const limits = { cpuSeconds: 6, memoryBytes: 1536 * 1024 ** 2, silenceMs: 45_000 };

const badScripts: BadScript[] = [
  {
    what: "a syntax error",
    ...{ script: "class GenScene(Scene)\n    pass\n", code: "SCRIPT_SYNTAX", line: 1 },
    says: ["line 1, column 22", "expected ':'"],
  },
  {
    what: "no scene",
    ...{ script: "x = Circle()\n", code: "SCENE_MISSING", line: null },
    says: ["The script has no scene", "Define a class that extends Scene"],
  },
  {
    what: "two scenes, and none named",
    script: "class A(Scene): pass\nclass B(Scene): pass\n",
    ...{ code: "SCENE_AMBIGUOUS", line: 2 },
    says: ["The script has 2 scenes", "Choose one: A (line 1), B (line 2)"],
  },
  {
    what: "a missing import",
    ...{ script: scene("self.wait()", "import pandas"), code: "IMPORT_UNAVAILABLE", line: 2 },
    says: ['The module "pandas" is not available where scripts run', "Scripts can import manim, numpy"],
  },
  {
    what: "a question to a person",
    ...{ script: scene('name = input("Name?")'), code: "SCRIPT_INTERACTIVE", line: 5 },
    says: ["calls input(), but scripts run unattended", "Remove the call"],
  },
  {
    what: "an endless loop",
    ...{ script: scene("self.wait()\nwhile True: pass"), code: "SCRIPT_TIME", line: 6 },
    says: ["used more than 6 s of CPU time", "Look for an endless loop"],
  },
  {
    what: "endless frames",
    ...{ script: scene("while True: self.play(Rotate(Square()))"), code: "SCRIPT_TIME", line: 5 },
    says: ["used more than 6 s of CPU time", "shorten the video"],
  },
  {
    what: "a video of days",
    ...{ script: scene("self.wait(1_000_000)"), code: "SCRIPT_OUTPUT", line: null },
    says: ["has 1000000 s, which is longer than", "Shorten it, or divide it into several scenes"],
  },
  {
    what: "a long sleep",
    ...{ script: scene("__import__('time').sleep(3_600)"), code: "SCRIPT_TIME", line: 5 },
    says: ["drew nothing for 45 s", "Look for an endless loop or a long wait"],
  },
  {
    what: "memory without end",
    script: scene("hoard = []\nwhile True: hoard.append(bytearray(2**26))"),
    ...{ code: "SCRIPT_MEMORY", line: 6 },
    says: ["needs more than 1536 MiB of memory", "Draw smaller pictures or fewer objects at once"],
  },
  {
    what: "a picture of gigabytes",
    script: scene("self.add(ImageMobject(np.zeros((60_000, 60_000), dtype=np.uint8)))"),
    ...{ code: "SCRIPT_MEMORY", line: 5 },
    says: ["needs more than 1536 MiB of memory", "Draw smaller pictures"],
  },
  {
    what: "the network",
    script: scene("urllib.request.urlopen('https://example.com')", "import urllib.request"),
    ...{ code: "SCRIPT_FAILED", line: 5 },
    says: ["There is no network where scripts run", "add it as a material"],
  },
  {
    what: "a file of the machine",
    ...{ script: scene('open("/etc/passwd")'), code: "SCRIPT_FAILED", line: 5 },
    says: ["/etc/passwd", "Scripts see no files but their materials"],
  },
  {
    what: "a picture that is no material",
    ...{ script: scene('self.add(ImageMobject("logo.png"))'), code: "SCRIPT_FAILED", line: 5 },
    says: ["logo.png", "Scripts see no files but their materials"],
  },
  {
    what: "another program",
    script: scene("subprocess.run(['curl', 'https://example.com'])", "import subprocess"),
    ...{ code: "SCRIPT_FAILED", line: 5 },
    says: ["curl is not available where scripts run", "do it in Python"],
  },
  {
    what: "other processes",
    script: scene("multiprocessing.Pool(2).map(abs, [1])", "import multiprocessing"),
    ...{ code: "SCRIPT_FAILED", line: 5 },
    says: ["Scripts cannot start Python processes", "compute it in the script itself"],
  },
  {
    what: "a log without end",
    script: scene("while True: print('x' * 100_000)"),
    ...{ code: "SCRIPT_OUTPUT", line: 5 },
    says: ["more than 4 MiB to its log", "Remove calls of print"],
  },
  {
    what: "its own end",
    ...{ script: scene("__import__('os')._exit(3)"), code: "SCRIPT_FAILED", line: null },
    says: ["ended Python before its scene was drawn (exit code 3)", "Remove calls such as sys.exit"],
  },
];

const RESULT = `query ($id: ID!) { video(id: $id) { status error { code message line retriable scope }
  mainJob { tasks { tries attempts { outcome } } } } }`;

async function create(script: string): Promise<string> {
  const source = { manim: { script, quality: "LOW", seed: Number(MANY) } };
  const { data } = await system.client.ask(documents.createVideo, { input: { title: "Bad", source } });
  expect(data.createVideo.__typename).toBe("Video");
  return data.createVideo.id;
}

/** However long a busy machine takes. */
const ended = (id: string) =>
  untilSettled(async () => (await system.client.ask(RESULT, { id })).data.video, { timeoutMs: 300_000 });

test.skipIf(installed === null)(
  "every bad script fails once, with its code, its line, what happened and what to do; the next one is drawn",
  async () => {
    await using _worker = await startPainter(system, { script: limits, slots: 2 });
    const ids = await Promise.all(badScripts.map(({ script }) => create(script)));
    const good = await create(scene("self.play(Create(Circle()))"));
    for (const [index, { what, code, line, says }] of badScripts.entries()) {
      const video = await ended(ids[index] ?? "");
      expect({ what, ...video.error }).toMatchObject({
        ...{ what, code, line, retriable: false, scope: "INPUT" },
      });
      for (const part of says) expect(video.error.message).toContain(part);
      expect(video.mainJob.tasks).toMatchObject([{ attempts: [{ outcome: "REJECTED" }] }]);
    }
    expect(await ended(good)).toMatchObject({ status: "READY" });
    await eventually(async () => expect(await processesWith(`"seed":${MANY}`)).toEqual([]), "none is left");
  },
  600_000,
);

const WAIT = `query ($id: ID!) { video(id: $id) { status mainJob { waitReason tasks { attempts { outcome } } } } }`;

test.skipIf(installed === null)(
  "with every jail broken, no script runs: its job waits and says why, until a worker has one that holds",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "reelay-broken-jail-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const mark = join(folder, "ran");
    const brokenJail = (level: Jail["level"]): Jail => ({ ...createNoJail(), level, reason: null });
    const broken = [brokenJail("FULL"), brokenJail("LIMITED")];
    const id = await (async () => {
      await using _open = await system.startWorker({ workerId: "open" }, undefined, undefined, (tools) =>
        prepareKinds({
          ...tools,
          findFfmpeg: () => testTools(),
          findPainter: () => findPainter(painterOptions, broken),
        }),
      );
      const made = await create(
        scene(
          `try: open(${JSON.stringify(mark)}, "w").close()\nexcept OSError: pass\nself.play(Create(Circle()))`,
        ),
      );
      const reason = await eventually(async () => {
        const { data } = await system.client.ask(WAIT, { id: made });
        const { waitReason, tasks } = data.video.mainJob;
        expect(tasks).toMatchObject([{ attempts: [] }]);
        return String(waitReason).includes("confined") && waitReason;
      }, "the job says why it waits");
      for (const level of ["FULL", "LIMITED"])
        expect(reason).toContain(
          `in the jail ${level} of this worker, a script could read a file of the worker`,
        );
      expect(await processesWith(`"seed":${MANY}`)).toEqual([]);
      return made;
    })();
    await using _held = await startPainter(system, { workerId: "held" });
    expect(await ended(id)).toMatchObject({ status: "READY" });
    await expect(access(mark)).rejects.toThrow("ENOENT");
  },
  600_000,
);
