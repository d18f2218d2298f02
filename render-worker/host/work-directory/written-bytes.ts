import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Size of a file; 0 if it does not exist. */
export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** Total size of the files in some folders with this ending, including those that are still being written. */
export async function writtenBytes(directories: readonly string[], ending = ""): Promise<number> {
  const sizes = await Promise.all(
    directories.map(async (directory) => {
      const files = (await readdir(directory).catch(() => [])).filter((file) => file.endsWith(ending));
      return await Promise.all(files.map((file) => sizeOf(join(directory, file))));
    }),
  );
  return sizes.flat().reduce((sum, size) => sum + size, 0);
}
