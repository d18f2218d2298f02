import { randomUUID } from "node:crypto";
import { chmod, lstat, readdir, rename, rmdir, unlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const MAX_TRIES = 16;
const RETRY_MS = 100;
/** Something was written meanwhile. */
const passing = new Set(["ENOTEMPTY", "ENOENT", "EBUSY", "EEXIST"]);

/**
 * Removes a folder with everything in it, whatever a program has left there: also closed folders, names that
 * are no text, and paths that are too long for a system call, which `rm` of Node cannot remove. Resolves if
 * it is already gone.
 *
 * Retries for a second and a half: a stopped program may write its last bytes while its folder is emptied.
 */
export async function removeFolder(path: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      if (!(await exists(path))) return;
      await emptyFolder(path);
      await rmdir(path);
      return;
    } catch (error) {
      if (tries === MAX_TRIES || !passing.has(String(codeOf(error)))) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/**
 * Empties a folder without ever using a long path: folders move up to the outermost one before they are
 * emptied. Names are bytes.
 */
async function emptyFolder(path: string): Promise<void> {
  const unused = randomUUID();
  let moved = 0;
  const top = Buffer.from(path);
  const waiting = [top];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    await chmod(folder, 0o700);
    for (const name of await readdir(folder, { encoding: "buffer" })) {
      const entry = Buffer.concat([folder, Buffer.from("/"), name]);
      // Never a link's target.
      if (!(await lstat(entry)).isDirectory()) {
        await unlink(entry);
        continue;
      }
      // A folder that moves is changed itself.
      await chmod(entry, 0o700);
      moved += 1;
      const place = Buffer.concat([top, Buffer.from(`/${unused}-${moved}`)]);
      await rename(entry, place);
      waiting.push(place);
    }
    if (folder !== top) await rmdir(folder);
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    },
  );

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;
