import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** How large a file is; 0 where there is none (yet, or any more). */
export const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

/** What the files of a folder take, also one that is still being written; of those that end so. */
export async function writtenBytes(directory: string, ending = ""): Promise<number> {
  const files = (await readdir(directory).catch(() => [])).filter((file) => file.endsWith(ending));
  const sizes = await Promise.all(files.map((file) => sizeOf(join(directory, file))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
