/** The Python environment of the Manim painter: exact packages by their checksums, then offline. */
import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { withLock } from "../install/lock.mjs";
import { assertCanBuild } from "./build-tools.ts";
import { findPython, type Python } from "./find-python.ts";
import { findUv } from "./find-uv.ts";
import { runTool } from "./run-tool.ts";

const root = path.resolve(import.meta.dirname, "../..");
const painters = path.join(root, ".cache/painters");
const environment = path.join(painters, "manim");
const recipe = path.join(root, "render-worker/painters/manim");
const requirements = path.join(recipe, "requirements.txt");
const buildConstraints = path.join(recipe, "build-constraints.txt");
const stampIn = (folder: string) => path.join(folder, ".reelay-installed");

interface InstallOptions {
  isForced: boolean;
  log: (line: string) => void;
}

/** Returns what it did, in a sentence. Throws an error that names the missing program or package. */
export async function installPainters({ isForced, log }: InstallOptions): Promise<string> {
  // Workers run painters as another user, which must be able to read the environment.
  process.umask(0o022);
  await mkdir(painters, { recursive: true });
  const wait = () => log("Another installation is running. Waiting for it.");
  return await withLock(
    path.join(painters, ".lock"),
    async () => {
      const wanted = await wantedState();
      if (!isForced && (await readStamp()) === wanted)
        return `Manim is up to date (${path.relative(root, environment)}).`;
      const python = await findPython();
      await assertCanBuild(python);
      const uv = await findUv(python, painters);
      log(`Installing Manim with Python ${python.version} (${python.path}) and ${uv.version} …`);
      await install(python, uv.path);
      await writeFile(stampIn(environment), wanted);
      return `Manim is installed in ${path.relative(root, environment)}. Start Reelay again to draw animations.`;
    },
    wait,
  );
}

/** Changes with the machine, the list of packages, and how they are installed. */
async function wantedState(): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`);
  const steps = globSync("!(*.test).ts", { cwd: import.meta.dirname }).map((name) =>
    path.join(import.meta.dirname, name),
  );
  for (const file of [requirements, buildConstraints, ...steps.sort()]) hash.update(await readFile(file));
  return hash.digest("hex");
}

async function readStamp(): Promise<string | null> {
  // Its Python stops working when the system's is replaced by another version.
  const runs = await runTool(path.join(environment, "bin/python"), ["-I", "-c", ""]).then(
    () => true,
    () => false,
  );
  return runs ? await readFile(stampIn(environment), "utf8").catch(() => null) : null;
}

async function install(python: Python, uv: string): Promise<void> {
  const next = `${environment}.next`;
  await rm(next, { recursive: true, force: true });
  try {
    // Copied, because a link would lead out of the folder that a jail shows. Without pip, because uv needs
    // none and Debian has it in another package.
    await runTool(python.path, ["-I", "-m", "venv", "--copies", "--without-pip", next]);
    await runTool(
      uv,
      [
        ...["pip", "sync", "--quiet", "--python", path.join(next, "bin/python"), "--require-hashes"],
        ...["--build-constraints", buildConstraints, "--compile-bytecode", "--link-mode", "copy"],
        requirements,
      ],
      { cwd: recipe },
    );
    await runTool(path.join(next, "bin/python"), ["-I", "-c", "import manim, typst"]);
    await rm(path.join(next, ".lock"), { force: true });
    await rm(environment, { recursive: true, force: true });
    await rename(next, environment);
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}
