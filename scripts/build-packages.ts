/**
 * The packages for others, each as a folder that can be published as it is:
 * `npm publish packages/client/dist`. Inside the repository they are imported from their sources.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { bundlePackage, modules } from "./console/bundle-package.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

interface Manifest {
  name: string;
  exports: string | Record<string, string>;
  devDependencies?: unknown;
  /** What is said otherwise once it is published. */
  publishConfig?: object;
  [field: string]: unknown;
}

export async function buildPackages(): Promise<void> {
  for (const name of modules) await buildPackage(path.join(root, "packages", name));
}

/** Builds one into `dist`, where it can be published from or used as if it had been installed there. */
export async function buildPackage(folder: string, dist = path.join(folder, "dist")): Promise<void> {
  const standalone = modules.find((name) => folder === path.join(root, "packages", name));
  const manifest = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as Manifest;
  const entries = typeof manifest.exports === "string" ? { ".": manifest.exports } : manifest.exports;
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });

  await build({
    absWorkingDir: folder,
    entryPoints: Object.values(entries),
    outdir: dist,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    packages: "external",
    splitting: true,
    chunkNames: "chunks/[hash]",
    sourcemap: true,
    logLevel: "warning",
  });
  // For pages without a bundler: `<script type="module" src="…/standalone.js">`.
  if (standalone) await bundlePackage(standalone, path.join(dist, "standalone.js"), { sourcemap: true });
  await writeDeclarations(folder, dist, Object.values(entries));

  const published = Object.fromEntries(Object.entries(entries).map(([key, source]) => [key, built(source)]));
  if (standalone) published["./standalone"] = { types: "./index.d.ts", default: "./standalone.js" };
  const { devDependencies: _, publishConfig = {}, ...withoutDev } = manifest;
  await writeFile(
    path.join(dist, "package.json"),
    `${JSON.stringify({ ...withoutDev, exports: published, ...publishConfig }, null, 2)}\n`,
  );
  // Links out of the package lead to its repository.
  await cp(path.join(folder, "README.md"), path.join(dist, "README.md"));
  await cp(path.join(root, "LICENSE"), path.join(dist, "LICENSE"));
  console.log(`${path.relative(root, dist)}  ${manifest.name}`);
}

function built(source: string) {
  const name = path.basename(source, ".ts");
  return { types: `./${name}.d.ts`, default: `./${name}.js` };
}

/**
 * Declarations beside the scripts. Their imports end with `.ts` as in the sources, which only a folder with
 * sources has.
 */
async function writeDeclarations(folder: string, dist: string, entries: string[]): Promise<void> {
  const config = path.join(dist, "tsconfig.json");
  await writeFile(
    config,
    JSON.stringify({
      extends: path.join(folder, "../tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        rewriteRelativeImportExtensions: true,
        rootDir: path.join(folder, "src"),
        outDir: ".",
      },
      include: entries.map((entry) => path.join(folder, entry)),
      exclude: [],
    }),
  );
  await promisify(execFile)(path.join(root, "node_modules/.bin/tsc"), ["-p", config]);
  await rm(config);
}
