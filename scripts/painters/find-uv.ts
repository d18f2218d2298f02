import { existsSync } from "node:fs";
import path from "node:path";
import type { Python } from "./find-python.ts";
import { runTool } from "./run-tool.ts";

const requirements = path.resolve(import.meta.dirname, "../../render-worker/painters/manim/uv.txt");

export interface Uv {
  path: string;
  version: string;
}

/** The system's uv, or one from the Python registry in a folder of its own. */
export async function findUv(python: Python, folder: string): Promise<Uv> {
  return (await tryUv("uv")) ?? (await installUv(python, path.join(folder, "uv")));
}

async function tryUv(program: string): Promise<Uv | null> {
  const version = await runTool(program, ["--version"]).catch(() => null);
  return version === null ? null : { path: program, version: version.trim().split(" (")[0] ?? "" };
}

async function installUv(python: Python, environment: string): Promise<Uv> {
  const program = path.join(environment, "bin/uv");
  const existing = existsSync(program) ? await tryUv(program) : null;
  if (existing) return existing;
  try {
    await runTool(python.path, ["-I", "-m", "venv", "--clear", environment]);
  } catch (error) {
    throw new Error(
      `${python.path} cannot create an environment with pip. Run: apt-get install python3-venv (or install uv: https://docs.astral.sh/uv)`,
      { cause: error },
    );
  }
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await runTool(path.join(environment, "bin/python"), [...pip, "--require-hashes", "-r", requirements]);
  const installed = await tryUv(program);
  if (!installed) throw new Error(`${program} does not run. Install uv yourself: https://docs.astral.sh/uv`);
  return installed;
}
