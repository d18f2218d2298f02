/**
 * The tests that import nothing which reads files, talks to a network or starts processes, neither themselves
 * nor through what they import. They need no isolation, so that all of them together take seconds.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** Runtime modules, and packages that open connections or start programs. */
const OUTSIDE =
  /^(?:node:(?:fs|fs\/promises|child_process|cluster|worker_threads|http|http2|https|net|tls|dgram|dns|dns\/promises|module)|pg|undici|ws|vite|esbuild|playwright-core|@prisma\/.+|@google-cloud\/.+)$/;
/** The Prisma client is generated: it may not be there yet. */
const GENERATED = /\/generated\//;

/** Of those files, the pure ones, from the repository's root. */
export function findPureTests(tests: readonly string[]): string[] {
  const importsOf = createImportReader();
  const reachesOutside = (file: string, seen: Set<string>): boolean => {
    if (seen.has(file)) return false;
    seen.add(file);
    const { names, files } = importsOf(file);
    return (
      names.some((name) => OUTSIDE.test(name) || GENERATED.test(name)) ||
      files.some((target) => reachesOutside(target, seen))
    );
  };
  return tests.filter((test) => !reachesOutside(path.join(ROOT, test), new Set()));
}

interface Imports {
  names: readonly string[];
  /** Those that are sources of this repository. */
  files: readonly string[];
}

function createImportReader(): (file: string) => Imports {
  const packages = findPackages();
  const read = new Map<string, Imports>();
  return (file) => {
    const known = read.get(file);
    if (known) return known;
    const names = readImports(file);
    const targets = names.map((name) =>
      name.startsWith(".") ? path.resolve(path.dirname(file), name) : packages.get(name),
    );
    const files = targets
      .filter((target) => target !== undefined)
      .filter((target) => /\.(?:ts|tsx|mjs)$/.test(target));
    const imports = { names, files };
    read.set(file, imports);
    return imports;
  };
}

/** Modules that a file imports or exports from when it runs: imports of types alone do not count. */
function readImports(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const isOfTypes = (clause: string) => /^\{(?:\s*type\s[^,}]+,?)*\s*\}/.test(clause);
  const still = [
    ...source.matchAll(/^(?:import|export)\s+(?!type\s)([^;"']*?)(?:from\s*)?["']([^"']+)["']/gm),
  ]
    .filter(([, clause = ""]) => !isOfTypes(clause))
    .map(([, , name = ""]) => name);
  const dynamic = [...source.matchAll(/\bimport\(\s*["']([^"']+)["']/g)].map(([, name = ""]) => name);
  return [...still, ...dynamic];
}

/** Entry files of the workspaces by their names. */
function findPackages(): Map<string, string> {
  const manifests = globSync("{contracts,render-worker,packages/*}/package.json", { cwd: ROOT });
  return new Map(
    manifests.map((manifest) => {
      const file = path.join(ROOT, manifest);
      const { name, exports } = JSON.parse(readFileSync(file, "utf8")) as {
        name: string;
        exports: string | Record<string, string>;
      };
      const entry = typeof exports === "string" ? exports : (exports["."] ?? "");
      return [name, path.resolve(path.dirname(file), entry)];
    }),
  );
}
