import { chown, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Creates a folder in an existing one, unless it exists. It gets the outer folder's owner and group, since
 * programs may run as another user. Throws `ENOENT` if the outer folder has been removed, so that late work
 * of an ended attempt does not bring it back.
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
