import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The program and the libraries installed with it (`/opt/ffmpeg/bin/ffmpeg` with `/opt/ffmpeg/lib`). */
export async function besides(program: string): Promise<string[]> {
  const folder = dirname(program);
  const libraries = join(dirname(folder), "lib");
  const isPrefix = folder.endsWith("/bin") && !["/bin", "/usr/bin", "/usr/local/bin"].includes(folder);
  const isThere =
    isPrefix &&
    (await stat(libraries).then(
      (found) => found.isDirectory(),
      () => false,
    ));
  return isThere ? [program, libraries] : [program];
}
