/** The Manim painter, as `npm run painters` installs it. Required in CI, elsewhere skipped without it. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { JailLevel } from "@reelay/contracts";
import { expect, test } from "vitest";
import { processEnvironment } from "../env.ts";
import { createJail } from "../jail/create-jail.ts";
import { ToolNotFoundError } from "../media/ffmpeg/locate.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { findInstalledPainter, painterOptions } from "../testing/painter.ts";
import { findPainter } from "./find-painter.ts";

const run = promisify(execFile);
const PATH = processEnvironment["PATH"] ?? "";
const installed = await findInstalledPainter();

test.skipIf(installed === null)(
  "the painter passes its own tests (skipped without `npm run painters`)",
  async () => {
    const tests = join(import.meta.dirname, "manim/tests");
    const env = { PATH, PYTHONHASHSEED: "0", OPENBLAS_NUM_THREADS: "1" };
    const python = installed?.program.path ?? "";
    const { stderr } = await run(python, ["-B", "-m", "unittest"], { cwd: tests, env }).catch(
      (error: { stderr: string }) => error,
    );
    expect(stderr).toMatch(/\nOK\s*$/);
  },
  180_000,
);

const script = `class Turn(Scene):
    def construct(self):
        self.add(Text("Same in every jail"), SVGMobject("dot"))
        self.play(Rotate(Square()))
`;

/** Two pictures, and a sound without samples. */
const materials = {
  "dot.svg": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>').toString("base64"),
  "logo.png":
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "ding.wav": "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=",
};

async function writeMaterials(folder: string) {
  const path = join(folder, "materials");
  await mkdir(path);
  for (const [name, content] of Object.entries(materials)) {
    await writeFile(join(path, name), Buffer.from(content, "base64"));
  }
  return { folder: path, fonts: [] };
}

/** Draws a script in a jail, and returns a hash of all records. */
async function draw(strongest: JailLevel, renderer = "CAIRO"): Promise<{ level: JailLevel; digest: string }> {
  await using folder = await temporaryDirectory();
  const jail = await createJail({ sandbox: "auto", path: PATH, folders: [folder.path], strongest });
  const { program, args } = await findPainter(painterOptions, [jail]);
  const file = join(folder.path, "scene.py");
  await writeFile(file, script);
  await using beside = await temporaryDirectory();
  await chmod(beside.path, 0o755);
  const job = {
    ...{ version: 1, mode: "DRAW", script: file, scene: null, width: 64, height: 36 },
    ...{ frameRate: 10, renderer, seed: 0, materials: await writeMaterials(beside.path) },
  };
  const jailed = await program.reading(beside.path).writing(folder.path);
  const { stdout, stderr, exitCode } = await jailed.run([...args, JSON.stringify(job)], {
    cwd: folder.path,
    encoding: "latin1",
    limits: { memoryBytes: 4 * 1024 ** 3 },
    timeoutMs: 150_000,
  });
  expect({ exitCode, hasEnded: stdout.includes('"type": "done"') }, stderr).toEqual({
    exitCode: 0,
    hasEnded: true,
  });
  return { level: jail.level, digest: createHash("sha256").update(stdout, "latin1").digest("hex") };
}

test.skipIf(installed === null)(
  "every jail of this machine draws the same pixels (skipped without `npm run painters`)",
  async () => {
    const drawn = [await draw("NONE"), await draw("LIMITED"), await draw("FULL")];
    expect(new Set(drawn.map(({ digest }) => digest)).size, JSON.stringify(drawn)).toBe(1);
    // Its drivers are files that only painters can read.
    await draw("FULL", "OPENGL");
  },
  180_000,
);

const root = resolve(import.meta.dirname, "../..");
const snippetsOf = async (page: string, language: string) =>
  Array.from(
    (await readFile(join(root, "docs", page), "utf8")).matchAll(
      RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"),
    ),
    ([, snippet = ""]) => snippet,
  );

test.skipIf(installed === null)(
  "the documented command draws the documented scripts (skipped without `npm run painters`)",
  async () => {
    await using folder = await temporaryDirectory();
    const [command = ""] = await snippetsOf("reference/painters.md", "sh");
    const scripts = await snippetsOf("how-to/draw-animations.md", "python");
    expect(scripts.length).toBeGreaterThan(1);
    const files = JSON.stringify({ materials: await writeMaterials(folder.path) });
    for (const text of scripts) {
      await writeFile(join(folder.path, "scene.py"), text);
      const line = command
        .replaceAll("/tmp/scene.py", join(folder.path, "scene.py"))
        .replace("}'", `,${files.slice(1)}'`)
        .replace(".cache/painters/manim/bin/python", installed?.program.path ?? "");
      const { stdout } = await run("sh", ["-c", line], { cwd: root, env: { PATH, TMPDIR: folder.path } });
      expect(stdout).toContain('"type": "done"');
    }
  },
  180_000,
);

test("a machine without the painter reports how to install it", async () => {
  const missing = findPainter({ manimPython: "/nowhere/python" });
  await expect(missing).rejects.toThrow(ToolNotFoundError);
  await expect(missing).rejects.toThrow(/MANIM_PYTHON is "\/nowhere\/python".*npm run painters/);
});

test("a Python without Manim is reported with its error", async () => {
  const program = findPainter({ manimPython: "/bin/false" });
  await expect(program).rejects.toThrow(
    /\/bin\/false\) does not run: it ended with 1\. Run "npm run painters"/,
  );
});
