/**
 * The site in `dev/`, ready to start, with the packages where an install from the registry would have put
 * them. Does only what has changed since the last time. `node tests/payload/set-up.ts --types` stops when all
 * is there that a type check needs.
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { buildPackage } from "../../scripts/build-packages.ts";
import { withLock } from "../../scripts/install/lock.mjs";
import { installProject } from "../../scripts/install-project.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PLUGIN = "integrations/payload";
const HERE = path.join(ROOT, PLUGIN);
const NEXT = path.join(HERE, "node_modules/next/dist/bin/next");
const CACHE = path.join(HERE, "node_modules/.reelay");

export const SITE = path.join(HERE, "dev");
/** With its tables and one user, to be copied. */
export const EMPTY_DATABASE = path.join(CACHE, "empty.db");
export const EDITOR = { email: "editor@example.com", password: "of this test" };

const PACKAGES = ["packages/upload", "packages/client", "packages/player", PLUGIN];
const SOURCES = [
  ...PACKAGES.map((folder) => `${folder}/{package.json,src/**/*.{ts,tsx}}`),
  "packages/tsconfig.json",
];

export async function setUp({ onlyTypes = false } = {}): Promise<void> {
  await installProject(PLUGIN);
  await withLock(path.join(HERE, ".build.lock"), async () => {
    await mkdir(CACHE, { recursive: true });
    const packages = await hash(SOURCES);
    await unlessDone("packages", packages, async () => {
      for (const folder of PACKAGES) {
        const { name } = JSON.parse(await readFile(path.join(ROOT, folder, "package.json"), "utf8")) as {
          name: string;
        };
        await buildPackage(path.join(ROOT, folder), path.join(HERE, "node_modules", name));
      }
    });
    if (onlyTypes) return;
    const site = `${packages} ${await hash(["integrations/payload/{package-lock.json,dev/*.ts,dev/app/**/*}"])}`;
    await unlessDone("site", site, async () => {
      // One after the other: each takes both cores.
      await run(process.execPath, [NEXT, "build", SITE], { NODE_ENV: "production" });
      await rm(EMPTY_DATABASE, { force: true });
      await run(process.execPath, ["--no-warnings", "seed.ts", EDITOR.email, EDITOR.password], {
        // Tables are made from the configuration in development only.
        NODE_ENV: "development",
        DATABASE_URL: `file:${EMPTY_DATABASE}`,
        REELAY_API_KEY: "unused",
      });
    });
  });
}

async function unlessDone(what: string, state: string, work: () => Promise<void>): Promise<void> {
  const file = path.join(CACHE, `${what}.done`);
  if ((await readFile(file, "utf8").catch(() => "")) === state) return;
  const began = performance.now();
  await work();
  await writeFile(file, state);
  console.log(`integrations/payload: ${what} built in ${Math.round((performance.now() - began) / 1000)} s`);
}

async function hash(patterns: string[]): Promise<string> {
  const digest = createHash("sha256");
  for (const file of (await Array.fromAsync(glob(patterns, { cwd: ROOT }))).sort()) {
    const content = await readFile(path.join(ROOT, file)).catch(() => "");
    digest.update(file).update(content);
  }
  return digest.digest("hex");
}

async function run(program: string, args: string[], env: Record<string, string>): Promise<void> {
  const PATH = [path.dirname(process.execPath), process.env["PATH"]].join(path.delimiter);
  const child = spawn(program, args, {
    cwd: SITE,
    env: { ...process.env, PATH, NEXT_TELEMETRY_DISABLED: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => (printed += text));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${printed}`);
}

if (import.meta.main) await setUp({ onlyTypes: process.argv.includes("--types") });
