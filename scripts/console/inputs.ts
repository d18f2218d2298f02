/** Whether the built console is of these sources. */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The console's sources. */
export const webDirectory = path.join(root, "web");
/** Where the API looks for the built console. */
export const webDist = path.join(webDirectory, "dist");
const stamp = path.join(webDist, ".inputs");

/**
 * Everything that the build depends on: its sources, the packages that it takes in, how it is made, and the
 * versions of all others.
 */
const sources = [
  "web/{index.html,package.json,vite.config.ts}",
  "web/{src,public}/**/*",
  "packages/{client,player,upload}/{package.json,src/**/*}",
  "examples/manim/*.py",
  "scripts/console/*.ts",
  "package-lock.json",
];

/**
 * Changes with the content of any input; times do not count, so that a fresh clone of built sources is fresh.
 */
export function consoleInputs(): string {
  const files = globSync(sources, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    hash.update(`${path.relative(root, file)} ${digest}\n`);
  }
  return hash.digest("hex");
}

/** What `stamp` is to hold beside a build, and where. */
export const stampIn = (directory: string): string => path.join(directory, path.basename(stamp));

export function isConsoleFresh(): boolean {
  try {
    return readFileSync(stamp, "utf8") === consoleInputs();
  } catch {
    return false;
  }
}
