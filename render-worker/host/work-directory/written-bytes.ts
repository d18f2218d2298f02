import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** How large a file is; 0 where there is none (yet, or any more). */
export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** What the files of some folders take, also one that is still being written; of those that end so. */
export async function writtenBytes(directories: readonly string[], ending = ""): Promise<number> {
  const sizes = await Promise.all(
    directories.map(async (directory) => {
      const files = (await readdir(directory).catch(() => [])).filter((file) => file.endsWith(ending));
      return await Promise.all(files.map((file) => sizeOf(join(directory, file))));
    }),
  );
  return sizes.flat().reduce((sum, size) => sum + size, 0);
}
