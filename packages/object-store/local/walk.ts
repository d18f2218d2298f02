import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { RESERVED_SEGMENT } from "../object-key.ts";
import { isMissing } from "./file-errors.ts";

/**
 * The keys below `directory` that begin with `prefix`, in the order of their UTF-8 bytes, as Cloud Storage
 * lists them.
 */
export async function* walk(directory: string, prefix: string): AsyncGenerator<string> {
  yield* walkFolder(directory, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix);
}

/** The non-empty folders directly below `folder`, in the same order. */
export async function foldersBelow(directory: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(join(directory, folder))) {
    if (!entry.isDirectory() || folder + entry.name === RESERVED_SEGMENT) continue;
    const below = `${folder}${entry.name}/`;
    // A deletion may have left it empty for a moment.
    if (!(await walk(directory, below).next()).done) found.push(below);
  }
  return found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function* walkFolder(directory: string, folder: string, prefix: string): AsyncGenerator<string> {
  const names = (await entriesOf(join(directory, folder)))
    .filter((entry) => entry.isFile() || (entry.isDirectory() && folder + entry.name !== RESERVED_SEGMENT))
    // With its slash, a folder sorts as its keys do: "a-b" before "a/c" before "ab".
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) {
    const key = folder + name;
    if (!key.startsWith(prefix)) continue;
    if (name.endsWith("/")) yield* walkFolder(directory, key, key);
    else yield key;
  }
}

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
