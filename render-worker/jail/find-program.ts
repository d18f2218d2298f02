import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** The first program of that name on the PATH; null if there is none. */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  for (const directory of [...searchPath.split(delimiter).filter(Boolean), "/usr/bin", "/bin"]) {
    const path = join(directory, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return null;
}
