import { chown, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder in one that is there; it may be there itself. It has the outer one's owner and group, because programs may run as another user. Throws
 * `ENOENT` where the outer one has been removed: what an attempt still does after its end brings nothing of it back.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
    const [own, outer] = await Promise.all([stat(path), stat(dirname(path))]);
    if (own.uid !== outer.uid || own.gid !== outer.gid) await chown(path, outer.uid, outer.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
