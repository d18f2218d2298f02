/** Programs in Go that tests ask: implementations that are independent of ours. */
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const cache = join(import.meta.dirname, "../../node_modules/.cache/reelay-go");

/** Servers for tests need no optimization, which takes a fifth of the compiler's time. */
export const GO_BUILD = ["build", "-gcflags=all=-N -l"];

/** Why none can be built here; undefined when they can. */
export const whyNoGo = (): string | undefined =>
  spawnSync("go", ["version"]).error === undefined ? undefined : "Go is not installed";

/**
 * Built on first use; its name holds a hash of the sources, so that a changed one is built again.
 *
 * @param folder with `main.go`, `go.mod` and `go.sum`.
 * @param of a package that `go.mod` pins; default: the folder's own.
 * @returns the program's path.
 */
export async function buildGoProgram(folder: string, of = "."): Promise<string> {
  const hash = createHash("sha256");
  const sources = of === "." ? ["main.go"] : [];
  for (const name of [...sources, "go.mod", "go.sum"]) hash.update(readFileSync(join(folder, name)));
  const binary = join(cache, `${basename(folder)}-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(binary)) return binary;
  // Test files start together: who finds it finds all of it.
  const own = `${binary}.${process.pid}`;
  await promisify(execFile)("go", [...GO_BUILD, "-o", own, of], { cwd: folder });
  await rename(own, binary);
  return binary;
}
