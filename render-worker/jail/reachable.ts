import { stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The outermost folder on a path that another user may not enter; null if there is none. Ignores groups,
 * since such a user has none.
 */
export async function barrierTo(path: string, uid: number): Promise<string | null> {
  const folders: string[] = [];
  for (let at = dirname(path); ; at = dirname(at)) {
    folders.unshift(at);
    if (at === "/") break;
  }
  for (const folder of folders) {
    const found = await stat(folder).catch(() => null);
    if (found === null) return folder;
    const mayEnter = found.uid === uid ? found.mode & 0o100 : found.mode & 0o001;
    if (!mayEnter) return folder;
  }
  return null;
}
