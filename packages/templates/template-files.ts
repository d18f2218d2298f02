import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** The files of a template, by their paths: `template.json`, `sounds/tick.wav`. */
export interface TemplateFiles {
  /** Null: there is no such file. */
  sizeOf(path: string): Promise<number | null>;
  read(path: string): Promise<Buffer>;
}

/** Those of a folder. */
export const filesOf = (folder: string): TemplateFiles => ({
  async sizeOf(path) {
    const found = await stat(join(folder, path)).catch(() => null);
    return found?.isFile() ? found.size : null;
  },
  read: (path) => readFile(join(folder, path)),
});

/** Those in memory. */
export const filesIn = (contents: ReadonlyMap<string, Buffer>): TemplateFiles => ({
  sizeOf: async (path) => contents.get(path)?.length ?? null,
  read: async (path) => contents.get(path) ?? Buffer.alloc(0),
});

/** SHA-256 of all files of a template's folder, by which a changed one is recognised. */
export async function hashTemplate(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  return hashFiles(
    new Map(paths.map((path, index) => [path.slice(folder.length + 1), contents[index] ?? Buffer.alloc(0)])),
  );
}

/** The same of files in memory. */
export function hashFiles(contents: ReadonlyMap<string, Buffer>): string {
  const hash = createHash("sha256");
  for (const [path, content] of [...contents].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`/${path}\0${content.length}\0`).update(content);
  return hash.digest("hex");
}
