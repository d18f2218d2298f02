/** Whether the built console is of these sources. */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The console's sources. */
export const WEB_DIRECTORY = path.join(ROOT, "web");
/** Where the API looks for the built console. */
export const WEB_DIST = path.join(WEB_DIRECTORY, "dist");
const STAMP = path.join(WEB_DIST, ".inputs");

/**
 * Everything that the build depends on: its sources, the packages that it takes in, how it is made, and the
 * versions of all others.
 */
const SOURCES = [
  "web/{index.html,package.json,vite.config.ts}",
  "web/{src,public}/**/*",
  "packages/{client,player,upload}/{package.json,src/**/*}",
  "scripts/console/*.ts",
  "package-lock.json",
];

/**
 * Changes with the content of any input; times do not count, so that a fresh clone of built sources is fresh.
 */
export function consoleInputs(): string {
  const files = globSync(SOURCES, { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    hash.update(`${path.relative(ROOT, file)} ${digest}\n`);
  }
  return hash.digest("hex");
}

/** What `STAMP` is to hold beside a build, and where. */
export const stampIn = (directory: string): string => path.join(directory, path.basename(STAMP));

export function isConsoleFresh(): boolean {
  try {
    return readFileSync(STAMP, "utf8") === consoleInputs();
  } catch {
    return false;
  }
}
