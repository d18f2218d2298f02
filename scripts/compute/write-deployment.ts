import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { backendKinds } from "../../src/compute/index.ts";
import { UsageError } from "../command-line.ts";

const backends = path.resolve(import.meta.dirname, "../../src/compute/backends");

/** The folder of a kind of back end has its name. */
const folderOf = (kind: string) => path.join(backends, kind.toLowerCase().replaceAll("_", "-"));

/** Without folders, such as Python's of compiled modules. */
async function filesOf(kind: string): Promise<string[]> {
  const entries = await readdir(path.join(folderOf(kind), "deploy"), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/**
 * Writes what must be deployed at a provider before it starts workers, e.g. a handler. Existing files
 * with other contents are not overwritten. Returns the names of the files. Throws `UsageError`.
 */
export async function writeDeployment(kind: string, to: string): Promise<string[]> {
  const files = await filesOf(kind);
  if (files.length === 0) {
    const known: string[] = [];
    for (const each of backendKinds) if ((await filesOf(each.kind)).length > 0) known.push(each.kind);
    const isKind = backendKinds.some((each) => each.kind === kind);
    throw new UsageError(
      isKind
        ? `${kind} needs nothing deployed. These kinds do: ${known.join(", ")}.`
        : `KIND is "${kind}": give one of ${known.join(", ")}.`,
    );
  }
  for (const name of files) {
    const existing = await readFile(path.join(to, name), "utf8").catch(() => null);
    if (existing !== null && existing !== (await readFile(path.join(folderOf(kind), "deploy", name), "utf8")))
      throw new UsageError(
        `${path.join(to, name)} exists with other contents. Give another folder, or remove the file.`,
      );
  }
  await mkdir(to, { recursive: true });
  for (const name of files) await copyFile(path.join(folderOf(kind), "deploy", name), path.join(to, name));
  return files;
}
