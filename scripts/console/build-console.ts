import { globSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { withLock } from "../install/lock.mjs";
import { bundlePackage, modules } from "./bundle-package.ts";
import { consoleInputs, isConsoleFresh, stampIn, webDirectory, webDist } from "./inputs.ts";

/** A file of the build, as browsers get it. */
export interface BuiltFile {
  name: string;
  sizeBytes: number;
  gzipBytes: number;
}

/**
 * Builds the console, and the packages as single modules, into web/dist, which is either the whole of a build
 * or not there: it is made beside and moved. One build at a time per clone; `isStaleOnly` leaves a build
 * alone that is of these sources.
 *
 * @returns the built scripts and styles, largest first; null when there was nothing to do.
 */
export async function buildConsole({ isStaleOnly = false } = {}): Promise<BuiltFile[] | null> {
  return await withLock(path.join(webDirectory, ".lock"), async () => {
    if (isStaleOnly && isConsoleFresh()) return null;
    const inputs = consoleInputs();
    // A console of other sources than the API's is worse than none: until there is the right one, the API
    // says that it is being built.
    await rm(webDist, { recursive: true, force: true });
    // Builds that were killed leave theirs.
    for (const left of globSync(".build-*", { cwd: webDirectory }))
      await rm(path.join(webDirectory, left), { recursive: true, force: true });
    const made = path.join(webDirectory, `.build-${process.pid}`);
    // Takes a while to load, and mostly there is nothing to build.
    const { build } = await import("vite");
    // Whatever this process is otherwise: React and Apollo have a slow build for developers besides.
    process.env["NODE_ENV"] = "production";
    try {
      await build({
        root: webDirectory,
        configFile: path.join(webDirectory, "vite.config.ts"),
        logLevel: "warn",
        build: { outDir: made, emptyOutDir: true },
      });
      for (const name of modules)
        await bundlePackage(name, path.join(made, `${name}.js`), { sourcemap: false });
      await writeFile(stampIn(made), inputs);
      await rename(made, webDist);
    } finally {
      await rm(made, { recursive: true, force: true });
    }
    return await describe(webDist);
  });
}

async function describe(directory: string): Promise<BuiltFile[]> {
  const names = (await readdir(directory, { recursive: true })).filter((name) => /\.(?:js|css)$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(path.join(directory, name));
      return { name, sizeBytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length };
    }),
  );
  return files.sort((one, other) => other.gzipBytes - one.gzipBytes);
}
