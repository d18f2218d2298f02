/**
 * Installs the dependencies of an npm project of its own inside this repository, one that is no workspace because others would have it too (a
 * framework, mostly): `npm ci`, when what is there is not of its lockfile, or not of the packages of ours that it copies.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { withLock } from "../../scripts/install/lock.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** @param folder the project's, from the repository's root. @throws when npm fails: with what it wrote. */
export async function installProject(folder: string): Promise<void> {
  const project = path.join(ROOT, folder);
  const stamp = path.join(project, "node_modules/.reelay-installed");
  const wanted = stateOf(project);
  const isInstalled = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (isInstalled()) return;
  await withLock(path.join(project, ".install.lock"), async () => {
    if (isInstalled()) return;
    await rm(path.join(project, "node_modules"), { recursive: true, force: true });
    await npmCi(project);
    await mkdir(path.dirname(stamp), { recursive: true });
    await writeFile(stamp, wanted);
  });
}

/** Changes with the lockfile, how it is read, and every file of ours that is copied. */
function stateOf(project: string): string {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  const files = ["package.json", "package-lock.json", ".npmrc"].map((name) => path.join(project, name));
  const manifest = readFileSync(path.join(project, "package.json"), "utf8");
  const ours = [...manifest.matchAll(/"file:([^"]+)"/g)].map(([, to = ""]) => path.resolve(project, to));
  for (const copied of ours)
    files.push(
      ...globSync(["package.json", "src/**/*.{ts,tsx}"], { cwd: copied }).map((name) =>
        path.join(copied, name),
      ),
    );
  for (const file of files.sort())
    if (existsSync(file)) hash.update(`${path.relative(ROOT, file)}\n`).update(readFileSync(file));
  return hash.digest("hex");
}

async function npmCi(project: string): Promise<void> {
  const child = spawn("npm", ["ci", "--loglevel=error"], { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0)
    throw new Error(`npm ci in ${path.relative(ROOT, project)} ended with ${String(code)}:\n${output}`);
}
