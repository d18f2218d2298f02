/**
 * What files depend on: the files and packages that they name, directly or through the files that they name.
 * A file is named by an import or by any other text in quotes that is the path of a file or a folder, as
 * `startProcess("src/main.ts")` or `join(import.meta.dirname, "migrations")`. So the result is rather too
 * large than too small. Types alone are no dependencies.
 */
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export interface Closure {
  /** From the repository's root, sorted. */
  files: string[];
  /** Lines of the lockfile's packages: place, version and checksum, sorted. */
  packages: string[];
}

interface Names {
  files: readonly string[];
  packages: readonly string[];
}

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const SOURCE = /\.(?:tsx?|m?js|css)$/;
const TEST = /\.test\.tsx?$/;
const TYPES_ALONE = /^(?:import|export) type [^;]*?from ["'][^"']+["'];/gm;
const QUOTED = /"([^"\n]{1,200})"|'([^'\n]{1,200})'/g;
/** Hands its folder on as a whole. */
const OWN_FOLDER = /import\.meta\.dirname\s*[);]/;
const PACKAGE = /^((?:@[\w.-]+\/)?[\w.-]+)(?:\/.*)?$/;
/** Made by a generator from files in git. */
const GENERATED: Readonly<Record<string, { inputs: string; packages: readonly string[] }>> = {
  "prisma/generated/": { inputs: "prisma/schema", packages: ["prisma", "@prisma/client"] },
  "schema/generated/": { inputs: "prisma/schema", packages: ["prisma", "@pothos/plugin-prisma"] },
};

/** Finds closures in the repository at `root`, in the state of its working tree. */
export class ClosureFinder {
  readonly #root: string;
  readonly #files: ReadonlySet<string>;
  /** The files below each folder. */
  readonly #folders = new Map<string, string[]>();
  readonly #entries: ReadonlyMap<string, string>;
  readonly #lock: Readonly<Record<string, LockedPackage>>;
  readonly #names = new Map<string, Names>();

  constructor(root: string) {
    this.#root = root;
    const files = listFiles(root);
    this.#files = new Set(files);
    // A folder is named for what is in it, not for its tests.
    for (const file of files.filter((one) => !TEST.test(one)))
      for (const folder of foldersOf(file)) {
        const members = this.#folders.get(folder) ?? [];
        members.push(file);
        this.#folders.set(folder, members);
      }
    this.#entries = readEntries(root);
    this.#lock = this.#files.has("package-lock.json")
      ? (JSON.parse(this.#read("package-lock.json")) as { packages: Record<string, LockedPackage> }).packages
      : {};
  }

  /** @param starts Files from the root; each must exist. */
  find(starts: readonly string[]): Closure {
    const files = new Set<string>();
    const packages = new Set<string>();
    const next = [...starts];
    for (let file = next.pop(); file !== undefined; file = next.pop()) {
      if (files.has(file)) continue;
      if (!this.#files.has(file)) throw new Error(`${file} is no file of this repository.`);
      files.add(file);
      for (const setting of this.#settingsOf(file)) files.add(setting);
      if (!SOURCE.test(file)) continue;
      const named = this.#namesIn(file);
      next.push(...named.files);
      for (const name of named.packages) packages.add(name);
    }
    return { files: [...files].toSorted(), packages: this.#describe(packages) };
  }

  /** They decide how a file is understood. */
  #settingsOf(file: string): string[] {
    return foldersOf(file)
      .flatMap((folder) => ["package.json", "tsconfig.json"].map((name) => path.posix.join(folder, name)))
      .filter((setting) => this.#files.has(setting));
  }

  #namesIn(file: string): Names {
    const known = this.#names.get(file);
    if (known) return known;
    const text = this.#read(file).replaceAll(TYPES_ALONE, "");
    const quoted = new Set([...text.matchAll(QUOTED)].map(([, double, single]) => double ?? single ?? ""));
    const isPlaced = text.includes("import.meta.");
    const files: string[] = [];
    const packages: string[] = [];
    for (const name of quoted) {
      files.push(...this.#filesNamed(file, name, isPlaced));
      const locked = PACKAGE.exec(name)?.[1];
      const place = locked === undefined ? undefined : this.#placeOf(path.posix.dirname(file), locked);
      if (place !== undefined) packages.push(place);
    }
    if (OWN_FOLDER.test(text)) files.push(...(this.#folders.get(path.posix.dirname(file)) ?? []));
    const generated = Object.entries(GENERATED).filter(([folder]) =>
      [...quoted].some((name) => path.posix.join(path.posix.dirname(file), name).startsWith(folder)),
    );
    for (const [, { inputs, packages: generators }] of generated) {
      files.push(...[...this.#files].filter((one) => one.startsWith(inputs)));
      packages.push(...generators.flatMap((name) => this.#placeOf("", name) ?? []));
    }
    const names = { files: files.filter((one) => one !== file), packages };
    this.#names.set(file, names);
    return names;
  }

  /** @param isPlaced Whether the file knows its own place, and can name folders beside it. */
  #filesNamed(from: string, name: string, isPlaced: boolean): readonly string[] {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return [entry];
    const own = path.posix.dirname(from);
    const beside = path.posix.join(own, name).replace(/\/$/, "");
    const fromRoot = path.posix.normalize(name).replace(/^\.?\/|\/$/g, "");
    if (this.#files.has(beside)) return [beside];
    if (this.#files.has(fromRoot) && /[./]/.test(fromRoot)) return [fromRoot];
    const holdsIt = (folder: string) => `${own}/`.startsWith(`${folder}/`);
    if (isPlaced && !holdsIt(beside) && this.#folders.has(beside)) return this.#folders.get(beside) ?? [];
    if (fromRoot.includes("/") && this.#folders.has(fromRoot))
      return holdsIt(fromRoot) ? [] : (this.#folders.get(fromRoot) ?? []);
    // A command line names files among its words.
    return name.split(" ").filter((word) => word.includes("/") && this.#files.has(word));
  }

  /** Where the lockfile has a package that is imported from `folder`. */
  #placeOf(folder: string, name: string): string | undefined {
    for (let at = folder === "." ? "" : folder; ; at = at.replace(/(?:^|\/)[^/]*$/, "")) {
      const place = path.posix.join(at, "node_modules", name);
      if (this.#lock[place] !== undefined) return place;
      if (at === "") return undefined;
    }
  }

  /** These packages and all that they depend on. Workspaces are files. */
  #describe(places: ReadonlySet<string>): string[] {
    const seen = new Set<string>();
    const next = [...places];
    for (let place = next.pop(); place !== undefined; place = next.pop()) {
      const locked = this.#lock[place];
      if (seen.has(place) || locked === undefined || locked.link === true) continue;
      seen.add(place);
      const { dependencies, optionalDependencies, peerDependencies } = locked;
      const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
      for (const name of names) next.push(...[this.#placeOf(place, name) ?? []].flat());
    }
    return [...seen]
      .map((place) => {
        const { version = "", integrity = "" } = this.#lock[place] ?? {};
        return `${place} ${version} ${integrity}`;
      })
      .toSorted();
  }

  #read(file: string): string {
    return readFileSync(path.join(this.#root, file), "utf8");
  }
}

/** The files that git knows or would add; all, or those of the pathspecs. */
export function listFiles(root: string, pathspecs: readonly string[] = ["."]): string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...pathspecs],
    { cwd: root, encoding: "utf8", maxBuffer: 2 ** 24 },
  );
  const isFile = (file: string) =>
    statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile() === true;
  return [...new Set(listed.split("\0"))].filter((file) => file !== "" && isFile(file)).toSorted();
}

/** `a/b/c.ts` is in `a/b`, `a` and the root, which is empty. */
function foldersOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}

/** Entry files of the workspaces by the names that imports use. */
function readEntries(root: string): Map<string, string> {
  const manifests = globSync("{contracts,embedded,render-worker,web,packages/*}/package.json", { cwd: root });
  return new Map(
    manifests.flatMap((manifest) => {
      const { name, exports = {} } = JSON.parse(readFileSync(path.join(root, manifest), "utf8")) as {
        name: string;
        exports?: string | Record<string, string | Record<string, string>>;
      };
      const folder = path.posix.dirname(manifest.replaceAll("\\", "/"));
      return Object.entries(typeof exports === "string" ? { ".": exports } : exports).flatMap(
        ([entry, target]) =>
          [typeof target === "string" ? target : Object.values(target)]
            .flat()
            .slice(0, 1)
            .map((file) => [path.posix.join(name, entry), path.posix.join(folder, file)] as const),
      );
    }),
  );
}
