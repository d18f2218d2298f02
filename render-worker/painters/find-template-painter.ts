import { createHash } from "node:crypto";
import { access, lstat, readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createNoJail, type Jail } from "../jail/index.ts";
import { ToolNotFoundError } from "../media/ffmpeg/index.ts";
import { confine } from "../programs/index.ts";
import { examinePainter } from "./examine.ts";
import { type InstalledPainter, UnsafeKindError } from "./find-painter.ts";

/** A package of its own: what it depends on is what its jail shows. */
const sources = join(import.meta.dirname, "template");

export interface TemplatePainter extends Omit<InstalledPainter, "texReason"> {
  /** Changes with its sources and with all packages that it uses, such as fonts: whatever decides pixels. */
  build: string;
}

/**
 * Finds the painter of templates, which npm has installed with the worker, and has it examine itself in this
 * jail. Rejects with a `ToolNotFoundError` if it does not run, e.g. since its native library does not exist
 * for this platform, and with an `UnsafeKindError` if it finds a way out of the jail.
 */
export async function findTemplatePainter(jail: Jail = createNoJail()): Promise<TemplatePainter> {
  const readable = await packageFolders(sources).catch((error: unknown) => {
    throw new ToolNotFoundError(`The painter of templates is not installed (${String(error)}).`);
  });
  const program = confine(jail, process.execPath, { readable });
  // In an image the painter is one file.
  const isBundled = !import.meta.filename.endsWith(".ts");
  const args = [join(sources, isBundled ? "main.js" : "main.ts")];
  const isConfined = jail.level !== "NONE";
  const examined = await examinePainter(program, args, { hasTex: false, isConfined });
  if (!examined.ok)
    throw new ToolNotFoundError(
      `The painter of templates does not run: ${examined.reason}. Run "npm install" again; it needs the package @takumi-rs/core for this platform.`,
    );
  const { version, escapes } = examined.found;
  if (escapes.length > 0)
    throw new UnsafeKindError(
      `Templates would not be confined: in the jail ${jail.level} of this worker, their painter could ${escapes.join(", ")}.`,
    );
  return { version, build: await readBuild(readable), program, args, jail };
}

async function readBuild(packages: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(sources)).toSorted())
    if (/\.[jt]s$/.test(name) && !name.includes(".test.")) hash.update(await readFile(join(sources, name)));
  const versions = packages.map(async (folder) => {
    const manifest = await readFile(join(folder, "package.json"), "utf8").catch(() => "{}");
    const { name = "", version = "" } = JSON.parse(manifest) as { name?: string; version?: string };
    return `${name}@${version}`;
  });
  for (const one of (await Promise.all(versions)).toSorted()) hash.update(`${one}\n`);
  return hash.digest("hex").slice(0, 16);
}

/** Folders of an npm package and of all that it depends on. */
async function packageFolders(root: string): Promise<string[]> {
  const found = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    if (found.has(folder)) return;
    found.add(folder);
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
      dependencies?: Record<string, string>;
      optionalDependencies?: Record<string, string>;
    };
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
      const installed = await packageFolder(name, folder);
      // Packages for other platforms are not installed.
      if (installed === null) continue;
      // A workspace is a link beside others in the folder of their scope.
      if ((await lstat(installed)).isSymbolicLink()) found.add(dirname(installed));
      await visit(await realpath(installed));
    }
  };
  await visit(root);
  return [...found];
}

async function packageFolder(name: string, from: string): Promise<string | null> {
  for (let at = from; at !== dirname(at); at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    const exists = await access(join(folder, "package.json")).then(
      () => true,
      () => false,
    );
    if (exists) return folder;
  }
  return null;
}
