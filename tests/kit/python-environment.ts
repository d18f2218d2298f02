/** Python packages that tests run: providers' own software. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { withLock } from "../../scripts/install/lock.mjs";
import { findPython } from "../../scripts/painters/find-python.ts";
import { findUv } from "../../scripts/painters/find-uv.ts";
import { runTool } from "../../scripts/painters/run-tool.ts";

const root = path.join(import.meta.dirname, "../..");
const cache = path.join(root, "node_modules/.cache/reelay-python");

/**
 * Installed on first use, by exact versions and checksums; a changed list is installed again.
 *
 * @param folder with `requirements.txt`.
 * @returns the path of its Python.
 */
export async function installPythonPackages(folder: string): Promise<string> {
  const requirements = path.join(folder, "requirements.txt");
  const python = await findPython();
  const hash = createHash("sha256").update(`${python.path} ${python.version}\n`);
  hash.update(await readFile(requirements));
  const name = path.relative(root, folder).replaceAll(path.sep, "-");
  const environment = path.join(cache, `${name}-${hash.digest("hex").slice(0, 12)}`);
  const program = path.join(environment, "bin/python");
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  // Test files start together.
  await withLock(path.join(cache, ".lock"), async () => {
    if (existsSync(program)) return;
    const next = `${environment}.next`;
    await rm(next, { recursive: true, force: true });
    const uv = await findUv(python, path.join(root, ".cache/painters"));
    await runTool(python.path, ["-I", "-m", "venv", "--without-pip", next]);
    const sync = ["pip", "sync", "--quiet", "--require-hashes", "--link-mode", "copy"];
    await runTool(uv.path, [...sync, "--python", path.join(next, "bin/python"), requirements]);
    await rename(next, environment);
  });
  return program;
}
