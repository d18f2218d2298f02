/**
 * Installs the dependencies of an npm project of its own inside this repository, one that is no workspace
 * because only its tests and types need them (Payload and Next.js are large), when first asked for. As a
 * program: `node scripts/install-project.ts FOLDER…`.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withLock } from "./install/lock.mjs";

const root = path.resolve(import.meta.dirname, "..");

/**
 * Does nothing when what is there is of its lockfile, and of the packages of ours that it copies.
 * @param folder the project's, from the repository's root.
 * @throws Error when npm fails, with what it wrote.
 */
export async function installProject(folder: string): Promise<void> {
  const project = path.resolve(root, folder);
  const stamp = path.join(project, "node_modules/.reelay-installed");
  await withLock(path.join(project, ".install.lock"), async () => {
    const wanted = wantedState(project);
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
    await npmCi(project);
    writeFileSync(stamp, wanted);
  });
}

/** Changes with the machine, the lockfile, how it is read, and every file of ours that is copied. */
function wantedState(project: string): string {
  const manifest = readFileSync(path.join(project, "package.json"), "utf8");
  const copied = [...manifest.matchAll(/"file:([^"]+)"/g)].map(([, to = ""]) => path.resolve(project, to));
  const files = [
    ...["package.json", "package-lock.json", ".npmrc"].map((name) => path.join(project, name)),
    ...copied.flatMap((cwd) =>
      globSync(["package.json", "src/**/*.{ts,tsx}"], { cwd }).map((name) => path.join(cwd, name)),
    ),
  ];
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  for (const file of files.sort()) hash.update(`${path.relative(root, file)}\n`).update(readFileSync(file));
  return hash.digest("hex");
}

async function npmCi(project: string): Promise<void> {
  const npm = spawn("npm", ["ci", "--include=dev", "--include=optional", "--loglevel=error"], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
  let printed = "";
  for (const stream of [npm.stdout, npm.stderr])
    stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const [code] = (await once(npm, "close")) as [number | null];
  if (code !== 0)
    throw new Error(`npm ci in ${path.relative(root, project)} ended with ${String(code)}:\n${printed}`);
}

if (import.meta.main) for (const folder of process.argv.slice(2)) await installProject(folder);
