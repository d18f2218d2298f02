/** The built console, read once into memory: some hundred kilobytes. */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

export interface ConsoleFile {
  body: Buffer;
  /** The gzipped content; null for small or already compressed files. */
  gzipped: Buffer | null;
  contentType: string;
  etag: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".json": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

/** Files by path with a leading slash. Dot files and types that a page does not load are excluded. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

/** Identifies a build; null if there is none. */
export async function buildIn(directory: string): Promise<string | null> {
  const found = await stat(path.join(directory, "index.html")).catch(() => null);
  return found && `${found.mtimeMs}-${found.ino}`;
}

export async function readConsoleFiles(directory: string): Promise<ConsoleFiles> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const contentType = contentTypes[path.extname(entry.name)];
        if (contentType === undefined) return [];
        const url = `/${path.relative(directory, file).split(path.sep).join("/")}`;
        return [[url, await describe(await readFile(file), contentType)] as const];
      }),
  );
  return new Map(files.flat());
}

async function describe(body: Buffer, contentType: string): Promise<ConsoleFile> {
  const isText = !/^(?:image\/(?:png|webp)|font\/)/.test(contentType);
  const gzipped = isText && body.length > 1_000 ? await promisify(gzip)(body, { level: 9 }) : null;
  const etag = `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  return { body, gzipped, contentType, etag };
}
