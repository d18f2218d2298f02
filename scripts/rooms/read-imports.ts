/** Reads who imports whom from the sources, type-only imports included, with a real parser. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

export interface FileImport {
  /** Path from the repository's root. */
  from: string;
  to: string;
  /** Imported by the name of a package: `to` is an entry that its `package.json` declares. */
  byName?: boolean;
}

const SOURCES = "{contracts,embedded,packages,render-worker,schema,src,web}/**/*.{ts,tsx}";
const LEFT_OUT = /(?:^|\/)(?:node_modules|dist|generated|testing)\/|\.(?:test|contract|d)\.tsx?$/;

/** All imports between files of the repository; tests and their helpers left out. */
export function readImports(root: string): FileImport[] {
  const files = globSync(SOURCES, { cwd: root, exclude: (name) => name === "node_modules" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !LEFT_OUT.test(file))
    .toSorted();
  const entries = readEntries(root);
  return files.flatMap((from) =>
    readSpecifiers(path.join(root, from)).flatMap((specifier) => {
      const to = specifier.startsWith(".")
        ? path.posix.join(path.posix.dirname(from), specifier)
        : entries.get(specifier);
      return to === undefined || LEFT_OUT.test(to) || to === from
        ? []
        : [{ from, to, byName: entries.has(specifier) }];
    }),
  );
}

function readSpecifiers(file: string): string[] {
  const { module } = parseSync(file, readFileSync(file, "utf8"));
  const imported = module.staticImports.map(({ moduleRequest }) => moduleRequest.value);
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  return [...new Set([...imported, ...exported])];
}

/** Entry files of the workspaces by the names that imports use: `@reelay/player/react` as well. */
function readEntries(root: string): Map<string, string> {
  const manifests = globSync("{contracts,embedded,render-worker,packages/*}/package.json", { cwd: root });
  return new Map(
    manifests.flatMap((manifest) => {
      const { name, exports = {} } = JSON.parse(readFileSync(path.join(root, manifest), "utf8")) as {
        name: string;
        exports?: string | Record<string, string>;
      };
      const folder = path.posix.dirname(manifest.replaceAll("\\", "/"));
      return Object.entries(typeof exports === "string" ? { ".": exports } : exports).map(
        ([entry, file]) => [path.posix.join(name, entry), path.posix.join(folder, file)] as const,
      );
    }),
  );
}
