import { readdir } from "node:fs/promises";
import { join } from "node:path";

const folder = join(import.meta.dirname, "built-in");

/** Folders of the templates that come with the project, by their names. */
export async function builtInTemplates(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return new Map(names.toSorted().map((name) => [name, join(folder, name)]));
}
