import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));

/** The packages that pages without a bundler load as they are: the API serves each as `/NAME.js`. */
export const modules = ["client", "player", "upload"] as const;

/** A package as one ES module with all that it needs. */
export async function bundlePackage(
  name: (typeof modules)[number],
  outfile: string,
  options: { sourcemap: boolean },
): Promise<void> {
  await build({
    absWorkingDir: path.join(packages, name),
    entryPoints: ["src/index.ts"],
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
