import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ENTRY = fileURLToPath(new URL("../../packages/player/src/index.ts", import.meta.url));

/** The player as one ES module with all that it needs, for pages without a bundler: importing it defines `<reelay-player>`. */
export async function bundlePlayer(outfile: string, options: { sourcemap: boolean }): Promise<void> {
  await build({
    absWorkingDir: path.dirname(ENTRY),
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "linked",
    logLevel: "warning",
    ...options,
  });
}
